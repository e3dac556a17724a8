// The server's clock as far as this browser can know it. A countdown that follows a wrong wall clock
// would open its doors at the wrong second.

import { useEffect, useState } from 'react';

let offsetMs = 0;
let bestRoundTripMs = Number.POSITIVE_INFINITY;

/** A reply may have come out of a cache that keeps it for a second. */
const cachedForMs = 1_000;

/**
 * Learns from a reply that was stamped with the server's time. The half of the round trip is the error,
 * so the quickest reply seen wins, unless what it said cannot be true any more: then somebody has set
 * this device's clock in between.
 */
export function observeServerTime(serverNowMs: number, sentAtMs: number, receivedAtMs: number): void {
  const roundTripMs = receivedAtMs - sentAtMs;
  if (!Number.isFinite(serverNowMs) || roundTripMs < 0) return;
  const possible = offsetMs >= serverNowMs - receivedAtMs && offsetMs <= serverNowMs - sentAtMs + cachedForMs;
  if (possible && roundTripMs > bestRoundTripMs) return;
  bestRoundTripMs = roundTripMs;
  offsetMs = serverNowMs - (sentAtMs + roundTripMs / 2);
}

/** Milliseconds since the epoch by the server's clock. */
export const serverNow = (): number => Date.now() + offsetMs;

/** The server's time, anew at every full second of it. */
export function useServerNow(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    let timer = 0;
    const tick = () => {
      const current = serverNow();
      setNow(current);
      timer = window.setTimeout(tick, 1_000 - (((current % 1_000) + 1_000) % 1_000) + 5);
    };
    tick();
    return () => window.clearTimeout(timer);
  }, []);
  return now;
}

/** A `Date` header is exact to the second only: it corrects a clock that is plainly wrong, no more. */
export function observeCoarseServerTime(header: string | null): void {
  if (header === null || Number.isFinite(bestRoundTripMs)) return;
  const offset = Date.parse(header) + 500 - Date.now();
  if (Number.isFinite(offset)) offsetMs = Math.abs(offset) > 2_000 ? offset : 0;
}
