// Follows the room by server-sent events while the server offers them. It may fail at any time and for
// any reason: then it says so once, and whoever uses it goes back to asking.

import type { Position } from '~/api/deal';

/** Something is said every ten seconds at the least; who is silent for longer is not there any more. */
const silentMs = 25_000;
/** After a failure it is not tried again at once; each further one doubles the time. */
const holdOffMs = 5_000;
const holdOffMsMax = 60_000;

/** As much of an `EventSource` as is used here. */
export interface Source {
  addEventListener: (type: string, listener: (event: { data?: unknown }) => void) => void;
  close: () => void;
}

interface Hooks {
  open: () => Source;
  told: (position: Position) => void;
  /** There is no news from here any more, for now or for good. */
  lost: () => void;
  now?: () => number;
}

export class PositionStream {
  private readonly hooks: Hooks;
  private readonly now: () => number;
  private source: Source | null = null;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private notBefore = 0;

  constructor(hooks: Hooks) {
    this.hooks = hooks;
    this.now = hooks.now ?? Date.now;
  }

  /** Whether news may be expected, so that nobody need ask. */
  get isOpen(): boolean {
    return this.source !== null;
  }

  /** Listens, unless that has just failed. */
  open(): void {
    if (this.source || this.now() < this.notBefore) return;
    const source = this.hooks.open();
    this.source = source;
    this.watch();
    source.addEventListener('position', (event) => {
      if (this.source !== source) return;
      this.failures = 0;
      this.watch();
      this.hooks.told(JSON.parse(String(event.data)) as Position);
    });
    // It would connect again by itself, but only the server's next answer says whether it should.
    source.addEventListener('error', () => {
      if (this.source === source) this.fail();
    });
  }

  close(): void {
    clearTimeout(this.watchdog);
    this.source?.close();
    this.source = null;
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.fail(), silentMs);
  }

  private fail(): void {
    this.close();
    this.notBefore = this.now() + Math.min(holdOffMsMax, holdOffMs * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    this.hooks.lost();
  }
}
