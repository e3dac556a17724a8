import { useEffect, useRef, useState } from 'react';
import { runtime } from '~/api/deal';
import { serverNow } from '~/shared/clock';
import { millis } from '~/shared/format/time';
import { isPassing } from '../poller';

const lookEveryMs = 5_000;
/** Whoever is about to lose the place is told this long before. */
const warnMs = 60_000;

/**
 * Keeps the place inside for as long as somebody is there: a press or a key since the last renewal
 * renews it at half time. Answers the end of the place once it is near.
 */
export function useStay(
  known: string | null,
  lost: (refusal: unknown) => void,
): { endsSoon: string | null; stay: () => void } {
  const [until, setUntil] = useState<string | null>(known);
  const [endsSoon, setEndsSoon] = useState<string | null>(null);
  const active = useRef(false);
  const renewing = useRef(false);
  const lifetimeMs = useRef(0);
  const latestLost = useRef(lost);
  latestLost.current = lost;

  const renew = useRef(async () => {
    if (renewing.current) return;
    renewing.current = true;
    try {
      const { expiresAt } = await runtime.pass();
      active.current = false;
      lifetimeMs.current = millis(expiresAt) - serverNow();
      setUntil(expiresAt);
      setEndsSoon(null);
    } catch (error) {
      if (!isPassing(error)) latestLost.current(error);
    } finally {
      renewing.current = false;
    }
  });

  useEffect(() => {
    const note = () => {
      active.current = true;
    };
    const events = ['pointerdown', 'keydown', 'scroll'] as const;
    for (const event of events) addEventListener(event, note, { passive: true });
    return () => {
      for (const event of events) removeEventListener(event, note);
    };
  }, []);

  useEffect(() => {
    if (until === null) {
      void renew.current();
      return;
    }
    if (lifetimeMs.current === 0) lifetimeMs.current = millis(until) - serverNow();
    const timer = setInterval(() => {
      const leftMs = millis(until) - serverNow();
      if (leftMs <= 0) latestLost.current(null);
      else if (active.current && leftMs < lifetimeMs.current / 2) void renew.current();
      else setEndsSoon(leftMs < warnMs ? until : null);
    }, lookEveryMs);
    return () => clearInterval(timer);
  }, [until]);

  return { endsSoon, stay: () => void renew.current() };
}
