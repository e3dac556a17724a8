import { useState } from 'react';
import { type Order, runtime } from '~/api/deal';
import { usePoller } from '../usePoller';

/** The shopper's own orders in this deal, as of when one came in; `null` while nobody knows. */
export function useOwnOrders(): { orders: Order[] | null; askNow: () => void } {
  const [orders, setOrders] = useState<Order[] | null>(null);
  const { askNow } = usePoller({
    ask: async () => {
      setOrders(await runtime.orders());
      return null;
    },
    refused: () => undefined,
  });
  return { orders, askNow };
}
