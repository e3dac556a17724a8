// Where the storefront is. The deal's status says it; until it is known, the host next to ours is it.

import type { Status } from '~/api/deal';

interface Places {
  home: string;
  signIn: string;
  orders: string;
  order: (id: string) => string;
}

let told: Pick<Status, 'signInUrl' | 'ordersUrl'> | null = null;

export function tellPlaces(status: Pick<Status, 'signInUrl' | 'ordersUrl'>): void {
  told = status;
}

export function places(): Places {
  const neighbour = `${location.protocol}//${location.host.replace(/^[^.]+\./, '')}`;
  const orders = told?.ordersUrl ?? `${neighbour}/orders`;
  return {
    home: new URL('/', orders).href,
    signIn: told?.signInUrl ?? `${neighbour}/api/v1/auth/renew`,
    orders,
    order: (id) => `${orders}/${id}`,
  };
}
