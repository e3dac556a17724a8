import { useEffect, useState } from 'react';

/**
 * How one came back from the payment page. `busy`: the gateway is left alone for a moment, and what the
 * shopper agreed to there is kept for another try.
 */
export type Returned =
  | { how: 'cancelled' }
  | { how: 'failed' }
  | { how: 'amountDiffers' }
  | { how: 'busy'; proof: string };

/** The pages of a deal. */
export type Route =
  | { page: 'room' }
  | { page: 'draw' }
  | { page: 'order'; order: string; returned: Returned | null };

/** What each payment provider's page brings back, all of it. */
const proofs = [['pg_token'], ['paymentKey', 'orderId', 'amount']];

/** The same as a query; `null` where it is not whole. */
function proofOf(search: URLSearchParams): string | null {
  const names = proofs.find((names) => names.every((name) => search.get(name)));
  if (!names) return null;
  return new URLSearchParams(names.map((name) => [name, search.get(name) ?? ''])).toString();
}

function returnedOf(search: URLSearchParams): Returned | null {
  const how = search.get('result');
  const proof = proofOf(search);
  if (how === 'busy') return proof ? { how, proof } : { how: 'failed' };
  if (how === 'amount_differs') return { how: 'amountDiffers' };
  return how === 'cancelled' || how === 'failed' ? { how } : null;
}

export function routeOf(pathname: string, search: string): Route {
  if (/^\/draw\/?$/.test(pathname)) return { page: 'draw' };
  const order = /^\/orders\/([0-9a-f-]{36})\/?$/i.exec(pathname)?.[1];
  if (!order) return { page: 'room' };
  return { page: 'order', order, returned: returnedOf(new URLSearchParams(search)) };
}

export const paths = {
  room: () => '/',
  draw: () => '/draw',
  order: (id: string) => `/orders/${id}`,
  /** Where the payment that the shopper agreed to is finished; the proof is a query. */
  approve: (id: string, proof: string) => `/payment/orders/${id}/approve?${proof}`,
};

const changed = 'ddib:route';

/** Goes to another of our pages without loading it. */
export function go(path: string): void {
  history.pushState(null, '', path);
  dispatchEvent(new Event(changed));
  scrollTo(0, 0);
}

export function useRoute(): Route {
  const here = () => routeOf(location.pathname, location.search);
  const [route, setRoute] = useState(here);
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.pathname, location.search));
    addEventListener('popstate', follow);
    addEventListener(changed, follow);
    return () => {
      removeEventListener('popstate', follow);
      removeEventListener(changed, follow);
    };
  }, []);
  return route;
}
