import { useEffect, useRef, useState } from 'react';
import { Poller } from './poller';

interface Poll {
  /** Asks once; answers when to ask again, in milliseconds, or `null` for never. */
  ask: () => Promise<number | null>;
  refused: (error: unknown) => void;
}

/**
 * Keeps asking while the page is open. Answers how often in a row nobody has answered, why, and a way
 * to ask at once; coming back to the page and to the network ask at once, too.
 */
export function usePoller(poll: Poll): { failures: number; error: unknown; askNow: () => void } {
  const latest = useRef(poll);
  latest.current = poll;
  const [failure, setFailure] = useState<{ failures: number; error: unknown }>({ failures: 0, error: null });
  const [poller] = useState(
    () =>
      new Poller({
        ask: () => latest.current.ask(),
        failed: (failures, error) => setFailure({ failures, error }),
        refused: (error) => latest.current.refused(error),
      }),
  );
  useEffect(() => {
    const wake = () => {
      if (document.visibilityState === 'visible') poller.now();
    };
    const back = (event: PageTransitionEvent) => {
      if (event.persisted) poller.now();
    };
    poller.now();
    document.addEventListener('visibilitychange', wake);
    addEventListener('online', wake);
    addEventListener('pageshow', back);
    return () => {
      poller.stop();
      document.removeEventListener('visibilitychange', wake);
      removeEventListener('online', wake);
      removeEventListener('pageshow', back);
    };
  }, [poller]);
  return { ...failure, askNow: () => poller.now() };
}
