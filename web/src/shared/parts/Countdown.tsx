import { useEffect, useRef } from 'react';
import { useServerNow } from '../clock';
import { digits, duration, type Instant, millis } from '../format/time';

interface CountdownProps {
  to: Instant;
  /** `words`: `23분 10초`, for sentences; `digits`: `00:23:10`, where the width must not change. */
  as?: 'words' | 'digits';
  /** Called once when the time has come. */
  onEnd?: () => void;
}

/** The time left by the server's clock. A screen reader reads it when asked, not every second. */
export function Countdown({ to, as = 'words', onEnd }: CountdownProps) {
  const end = millis(to);
  const left = end - useServerNow();
  const ended = left <= 0;
  const callback = useRef(onEnd);
  callback.current = onEnd;
  useEffect(() => {
    if (ended) callback.current?.();
  }, [ended]);
  // Round up: a countdown that shows 0 while the doors are still shut would lie.
  const shown = Math.max(0, Math.ceil(left / 1_000) * 1_000);
  return (
    <span className="tabular" role="timer" aria-live="off">
      {as === 'digits' ? digits(shown) : duration(shown)}
    </span>
  );
}
