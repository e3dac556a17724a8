// A place that has to be worked for: a challenge is fetched, a worker solves it, and the place is asked
// for with what it found. Whatever ran out meanwhile, or has become harder, is begun anew.

import { type Challenge, type Position, type Proof, runtime } from '~/api/deal';
import { serverNow } from '~/shared/clock';
import { codeOf, ProblemError } from '~/shared/problem';
import { randomHex } from '../memory';

/** What a worker is told. */
export interface Task {
  challenge: string;
  bits: number;
  /** Where the search begins, 16 hex digits. */
  start: string;
}

/** How often it is begun anew before the shopper is told. */
const attemptsMax = 6;
/** The answer has to travel, too. */
const travelMs = 5_000;

/** As much of a worker as is needed here. */
export interface Solver {
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(task: Task): void;
  terminate(): void;
}

const startWorker = (): Solver => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

const expired = () => new ProblemError({ status: 409, code: 'proof_expired', detail: '' });

/** What solves the challenge; refused as too late where it expires before. */
export function work(
  { challenge, difficultyBits, expiresAt }: Challenge,
  signal: AbortSignal,
  start: () => Solver = startWorker,
): Promise<Proof> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const solver = start();
    const late = setTimeout(() => fail(expired()), Date.parse(expiresAt) - serverNow() - travelMs);
    const give = () => fail(signal.reason);
    const end = () => {
      clearTimeout(late);
      signal.removeEventListener('abort', give);
      solver.terminate();
    };
    const fail = (reason: unknown) => {
      end();
      reject(reason);
    };
    signal.addEventListener('abort', give);
    solver.onerror = () => fail(new ProblemError({ status: 0, code: 'proof_unsolvable', detail: '' }));
    solver.onmessage = ({ data: nonce }) => {
      end();
      resolve({ challenge, nonce });
    };
    solver.postMessage({ challenge, bits: difficultyBits, start: randomHex().slice(0, 16) });
  });
}

/** Asks for a place with as much work as it takes. */
export async function enterWithProof(
  nonce: string,
  signal: AbortSignal,
  start?: () => Solver,
): Promise<Position> {
  for (let attempt = 1; ; attempt++) {
    const challenge = await runtime.challenge();
    try {
      const proof = await work(challenge, signal, start);
      signal.throwIfAborted();
      return await runtime.enter(nonce, proof);
    } catch (refusal) {
      if (codeOf(refusal) !== 'proof_expired' || attempt >= attemptsMax) throw refusal;
    }
  }
}
