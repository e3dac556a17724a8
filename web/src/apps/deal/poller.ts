// Asks again and again, one request at a time: as often as the server wishes while it answers, and
// calmly less often while it does not.

import { ProblemError } from '~/shared/problem';

const firstMs = 1_000;
const longestMs = 15_000;

/** How long to wait after the `failures`th failure in a row, from 1: doubling, spread, bounded. */
export function backoffMs(failures: number, random: number, retryAfterMs = 0): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10));
  return Math.max(retryAfterMs, Math.round(ceiling * (0.5 + random / 2)));
}

/** Whether asking again may help: nothing was reached, or the server is out of order or too busy. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ProblemError && (error.status === 0 || error.status === 429 || error.status >= 500);

interface Hooks {
  /** Asks once; answers after how many milliseconds to ask again, or `null` for never. */
  ask: () => Promise<number | null>;
  /** The `failures`th failure in a row that may pass; 0 says that it has passed. */
  failed: (failures: number, error: unknown) => void;
  /** A refusal: it is not asked again. */
  refused: (error: unknown) => void;
  random?: () => number;
}

export class Poller {
  private readonly hooks: Hooks;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private again = false;
  private stopped = false;
  private failures = 0;

  constructor(hooks: Hooks) {
    this.hooks = hooks;
  }

  /** Asks now; while an answer is on its way, right after it. */
  now(): void {
    if (this.stopped) return;
    if (this.asking) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    void this.turn();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async turn(): Promise<void> {
    this.asking = true;
    const wait = await this.answer();
    this.asking = false;
    if (this.stopped) return;
    if (this.again) {
      this.again = false;
      void this.turn();
    } else if (wait !== null) {
      this.timer = setTimeout(() => void this.turn(), wait);
    }
  }

  private async answer(): Promise<number | null> {
    try {
      const wait = await this.hooks.ask();
      if (this.failures > 0 && !this.stopped) this.hooks.failed(0, null);
      this.failures = 0;
      return wait;
    } catch (error) {
      if (this.stopped) return null;
      if (!isPassing(error)) {
        this.hooks.refused(error);
        return null;
      }
      this.failures += 1;
      this.hooks.failed(this.failures, error);
      const retryAfter = error instanceof ProblemError ? error.problem.retryAfterMs : undefined;
      return backoffMs(this.failures, (this.hooks.random ?? Math.random)(), retryAfter);
    }
  }
}
