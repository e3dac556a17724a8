import { useRef, useState } from 'react';
import { type Order, runtime } from '~/api/deal';
import { wordsFor } from '~/shared/words/errors';
import { isPhone } from '../device';
import { usePoller } from '../usePoller';
import { pollMs, refundRefusal } from './words';

export type Doing = 'pay' | 'abandon' | 'refund';

export interface OrderDesk {
  order: Order | null;
  /** Why there is no order to show. */
  refusal: unknown;
  doing: Doing | null;
  /** Why the last press came to nothing, in words. */
  problem: string | null;
  failures: number;
  error: unknown;
  pay: () => void;
  abandon: () => void;
  /** Whether it has begun. */
  refund: (reason: string) => Promise<boolean>;
  askNow: () => void;
}

/** One order, followed until nothing can happen to it any more. */
export function useOrder(id: string): OrderDesk {
  const [order, setOrder] = useState<Order | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // Between two renderings a second press would still see the old state.
  const busy = useRef(false);

  const { failures, error, askNow } = usePoller({
    ask: async () => {
      const next = await runtime.order(id);
      setRefusal(null);
      setOrder(next);
      return pollMs(next);
    },
    refused: setRefusal,
  });

  const doOnce = async (
    what: Doing,
    act: () => Promise<void>,
    wordsOf: (error: unknown) => string = wordsFor,
  ): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    setDoing(what);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (thrown) {
      setProblem(wordsOf(thrown));
      return false;
    } finally {
      busy.current = false;
      setDoing(null);
      askNow();
    }
  };

  /** Stays busy until the payment page is there: the button must not come back for a moment. */
  const pay = async () => {
    if (busy.current) return;
    busy.current = true;
    setDoing('pay');
    setProblem(null);
    try {
      const pages = await runtime.ready(id);
      const back = (event: PageTransitionEvent) => {
        if (!event.persisted) return;
        removeEventListener('pageshow', back);
        busy.current = false;
        setDoing(null);
      };
      addEventListener('pageshow', back);
      location.assign(isPhone() ? pages.mobile : pages.pc);
    } catch (thrown) {
      busy.current = false;
      setDoing(null);
      setProblem(wordsFor(thrown));
      askNow();
    }
  };

  return {
    order,
    refusal,
    doing,
    problem,
    failures,
    error,
    pay: () => void pay(),
    abandon: () => void doOnce('abandon', () => runtime.abandon(id)),
    refund: (reason) =>
      doOnce('refund', async () => setOrder(await runtime.refund(id, reason)), refundRefusal),
    askNow,
  };
}
