// Everything the storefront asks of the control plane.

import { client } from './client';
import { take } from './take';

/** Whole pages of the grid of four. */
const dealsLimit = 24;
const ordersLimit = 20;

export type When = 'open' | 'today' | 'week' | 'ended';

export interface DealsWish {
  when?: When;
  category?: string;
  q?: string;
  cursor?: string;
  limit?: number;
}

export const api = {
  deals: (wish: DealsWish) =>
    take(client.GET('/api/v1/deals', { params: { query: { limit: dealsLimit, ...wish } } })),
  deal: (name: string) => take(client.GET('/api/v1/deals/{name}', { params: { path: { name } } })),
  company: (slug: string) =>
    take(client.GET('/api/v1/storefront/companies/{slug}', { params: { path: { slug } } })),

  orders: (cursor?: string) =>
    take(client.GET('/api/v1/me/orders', { params: { query: { cursor, limit: ordersLimit } } })),
  order: (o: string) => take(client.GET('/api/v1/me/orders/{o}', { params: { path: { o } } })),
  refund: (o: string, reason: string) =>
    take(client.POST('/api/v1/me/orders/{o}/refund', { params: { path: { o } }, body: { reason } })),
};
