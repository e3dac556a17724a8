import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '~/shared/problem';
import { backoffMs, isPassing, Poller } from './poller';

const problem = (status: number, retryAfterMs?: number) =>
  new ProblemError({
    status,
    code: `http_${status}`,
    detail: '',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

describe('the wait after a failure', () => {
  it.each([
    [1, 0, 500],
    [1, 1, 1_000],
    [2, 1, 2_000],
    [4, 1, 8_000],
    [5, 1, 15_000],
    [500, 1, 15_000],
    [500, 0, 7_500],
  ])('%d failures, chance %d: %d ms', (failures, random, expected) => {
    expect(backoffMs(failures, random)).toBe(expected);
  });

  it('is at least what the server asks for', () => {
    expect(backoffMs(1, 0, 2_000)).toBe(2_000);
    expect(backoffMs(6, 1, 2_000)).toBe(15_000);
  });
});

it.each([
  [0, true],
  [503, true],
  [500, true],
  [429, true],
  [401, false],
  [409, false],
])('%d passes: %s', (status, expected) => {
  expect(isPassing(problem(status))).toBe(expected);
});

describe('a poller', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const make = (ask: () => Promise<number | null>) => {
    const failed = vi.fn();
    const refused = vi.fn();
    const poller = new Poller({ ask, failed, refused, random: () => 1 });
    return { poller, failed, refused };
  };

  it('asks as often as it is told, and stops when it is told', async () => {
    const ask = vi.fn<() => Promise<number | null>>().mockResolvedValue(3_000);
    const { poller } = make(ask);
    poller.now();
    await vi.advanceTimersByTimeAsync(6_500);
    expect(ask).toHaveBeenCalledTimes(3);
    poller.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it('never has two requests on their way', async () => {
    let answer: (wait: number | null) => void = () => undefined;
    const ask = vi.fn(() => new Promise<number | null>((resolve) => (answer = resolve)));
    const { poller } = make(ask);
    poller.now();
    poller.now();
    poller.now();
    expect(ask).toHaveBeenCalledTimes(1);
    answer(10_000);
    await vi.advanceTimersByTimeAsync(0);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('slows down while nothing answers, and says when it is over', async () => {
    const ask = vi
      .fn<() => Promise<number | null>>()
      .mockRejectedValueOnce(problem(0))
      .mockRejectedValueOnce(problem(503, 4_000))
      .mockResolvedValue(null);
    const { poller, failed } = make(ask);
    poller.now();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(3);
    expect(failed.mock.calls.map(([failures]) => failures)).toEqual([1, 2, 0]);
  });

  it('takes a refusal for an answer', async () => {
    const ask = vi.fn<() => Promise<number | null>>().mockRejectedValue(problem(401));
    const { poller, refused } = make(ask);
    poller.now();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(refused).toHaveBeenCalledOnce();
  });
});
