import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Challenge, type Proof, runtime } from '~/api/deal';
import { ProblemError } from '~/shared/problem';
import { enterWithProof, type Solver, type Task, work } from './prove';

const challenge = (over: Partial<Challenge> = {}): Challenge => ({
  challenge: 'abc',
  difficultyBits: 4,
  expiresAt: new Date(Date.now() + 60_000).toISOString(),
  ...over,
});

/** A worker that answers when it is told to. */
function staged() {
  const started: (Solver & { task: Task | null; ended: boolean })[] = [];
  const start = () => {
    const solver = {
      onmessage: null as Solver['onmessage'],
      onerror: null as Solver['onerror'],
      task: null as Task | null,
      ended: false,
      postMessage: (task: Task) => {
        solver.task = task;
      },
      terminate: () => {
        solver.ended = true;
      },
    };
    started.push(solver);
    return solver;
  };
  const answer = (nonce: string) => started.at(-1)?.onmessage?.({ data: nonce } as MessageEvent<string>);
  return { started, start, answer };
}

const refused = (code: string) => new ProblemError({ status: 409, code, detail: '' });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('work on a challenge', () => {
  it('ends with what the worker found, and the worker with it', async () => {
    const { started, start, answer } = staged();
    const worked = work(challenge(), new AbortController().signal, start);
    expect(started[0]?.task).toMatchObject({ challenge: 'abc', bits: 4 });
    expect(started[0]?.task?.start).toMatch(/^[0-9a-f]{16}$/);
    answer('00');
    expect(await worked).toEqual({ challenge: 'abc', nonce: '00' });
    expect(started[0]?.ended).toBe(true);
  });

  it('ends at once where the shopper gives up', async () => {
    const { started, start } = staged();
    const gives = new AbortController();
    const worked = work(challenge(), gives.signal, start);
    gives.abort();
    await expect(worked).rejects.toMatchObject({ name: 'AbortError' });
    expect(started[0]?.ended).toBe(true);
  });

  it('ends before the challenge does', async () => {
    const { started, start } = staged();
    const worked = work(challenge(), new AbortController().signal, start);
    const failed = expect(worked).rejects.toMatchObject({ code: 'proof_expired' });
    await vi.advanceTimersByTimeAsync(55_000);
    await failed;
    expect(started[0]?.ended).toBe(true);
  });

  it('says so where no worker can be had', async () => {
    const { started, start } = staged();
    const worked = work(challenge(), new AbortController().signal, start);
    started[0]?.onerror?.({} as ErrorEvent);
    await expect(worked).rejects.toMatchObject({ code: 'proof_unsolvable' });
  });
});

describe('a place that is worked for', () => {
  it('is asked for anew where it has become harder, and not for ever', async () => {
    const solving = (): Solver => {
      const solver: Solver = {
        onmessage: null,
        onerror: null,
        postMessage: () => queueMicrotask(() => solver.onmessage?.({ data: '00' } as MessageEvent<string>)),
        terminate: () => undefined,
      };
      return solver;
    };
    const asked = vi.spyOn(runtime, 'challenge').mockImplementation(async () => challenge());
    const proofs: (Proof | undefined)[] = [];
    const enter = vi.spyOn(runtime, 'enter').mockImplementation(async (_, proof) => {
      proofs.push(proof);
      if (proofs.length < 3) throw refused('proof_expired');
      return { state: 'before', entrant: 1, waiting: 1, pollAfterMs: 1, serverNow: '' };
    });
    const place = await enterWithProof('n', new AbortController().signal, solving);
    expect(place.entrant).toBe(1);
    expect([asked.mock.calls.length, proofs.length]).toEqual([3, 3]);
    expect(proofs[2]).toEqual({ challenge: 'abc', nonce: '00' });

    enter.mockRejectedValue(refused('proof_expired'));
    const given = enterWithProof('n', new AbortController().signal, solving);
    await expect(given).rejects.toMatchObject({ code: 'proof_expired' });
    expect(asked.mock.calls.length).toBe(9);
    enter.mockRejectedValue(refused('proof_wrong'));
    const wrong = enterWithProof('n', new AbortController().signal, solving);
    await expect(wrong).rejects.toMatchObject({ code: 'proof_wrong' });
    expect(asked.mock.calls.length).toBe(10);
  });
});
