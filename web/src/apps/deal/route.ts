import { useEffect, useState } from 'react';

/**
 * How one came back from the payment page. `busy`: the gateway is left alone for a moment, and what the
 * shopper agreed to there is kept for another try.
 */
export type Returned = { how: 'cancelled' } | { how: 'failed' } | { how: 'busy'; proof: string };

/** The pages of a deal. */
export type Route =
  | { page: 'room' }
  | { page: 'draw' }
  | { page: 'order'; order: string; returned: Returned | null };

function returnedOf(search: URLSearchParams): Returned | null {
  const how = search.get('result');
  const proof = search.get('pg_token');
  if (how === 'busy') return proof ? { how, proof } : { how: 'failed' };
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
  /** Where the payment that the shopper agreed to is finished. */
  approve: (id: string, proof: string) =>
    `/payment/orders/${id}/approve?${new URLSearchParams({ pg_token: proof })}`,
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
