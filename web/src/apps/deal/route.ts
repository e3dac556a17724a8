import { useEffect, useState } from 'react';

/** The two pages of a deal. */
export type Route =
  | { page: 'room' }
  | { page: 'order'; order: string; result: 'cancelled' | 'failed' | null };

export function routeOf(pathname: string, search: string): Route {
  const order = /^\/orders\/([0-9a-f-]{36})\/?$/i.exec(pathname)?.[1];
  if (!order) return { page: 'room' };
  const result = new URLSearchParams(search).get('result');
  return { page: 'order', order, result: result === 'cancelled' || result === 'failed' ? result : null };
}

export const paths = {
  room: () => '/',
  order: (id: string) => `/orders/${id}`,
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
