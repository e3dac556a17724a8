// Everything the portal asks of the control plane.

import { transport, unwrap } from './transport';
import type {
  CapacityCalendar,
  Company,
  CompanyApplication,
  CompanyOrder,
  CompanyState,
  Listing,
  LiveChange,
  Me,
  NewRental,
  PaymentRedirect,
  Plan,
  Product,
  ProductDraft,
  Rental,
  Settlement,
  UploadedImage,
} from './types';

interface Options {
  query?: Record<string, string | undefined>;
  body?: unknown;
  idempotencyKey?: string;
}

async function call<Body>(method: string, path: string, options: Options = {}): Promise<Body> {
  const query = new URLSearchParams(
    Object.entries(options.query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const headers = new Headers({ accept: 'application/json' });
  const form = options.body instanceof FormData;
  if (options.body !== undefined && !form) headers.set('content-type', 'application/json');
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey);
  const body = form
    ? (options.body as FormData)
    : options.body === undefined
      ? null
      : JSON.stringify(options.body);
  const url = `/api/v1${path}${query.size > 0 ? `?${query}` : ''}`;
  return unwrap<Body>(await transport(new Request(new URL(url, location.origin), { method, headers, body })));
}

export const api = {
  me: () => call<Me>('GET', '/me'),
  signOut: () => call<void>('POST', '/auth/sign-out'),
  plans: () => call<{ items: Plan[] }>('GET', '/plans').then((page) => page.items),

  apply: (application: CompanyApplication) => call<Company>('POST', '/companies', { body: application }),
  company: (company: string) => call<Company>('GET', `/companies/${company}`),
  setMerchant: (company: string, merchant: { merchantId: string; merchantKey: string }) =>
    call<void>('PUT', `/companies/${company}/merchant`, { body: merchant }),

  applications: (state: CompanyState, cursor?: string) =>
    call<Listing<Company>>('GET', '/admin/companies', { query: { state, cursor } }),
  approve: (company: string) => call<void>('POST', `/admin/companies/${company}/approve`),
  reject: (company: string, reason: string) =>
    call<void>('POST', `/admin/companies/${company}/reject`, { body: { reason } }),

  calendar: (from: string, to: string, plan?: string) =>
    call<CapacityCalendar>('GET', '/calendar', { query: { from, to, plan } }),
  rent: (company: string, rental: NewRental, idempotencyKey: string) =>
    call<Rental>('POST', `/companies/${company}/rentals`, { body: rental, idempotencyKey }),
  rentals: (company: string, cursor?: string) =>
    call<Listing<Rental>>('GET', `/companies/${company}/rentals`, { query: { cursor } }),
  rental: (company: string, rental: string) => call<Rental>('GET', `/companies/${company}/rentals/${rental}`),
  payFee: (company: string, rental: string, idempotencyKey: string) =>
    call<PaymentRedirect>('POST', `/companies/${company}/rentals/${rental}/payment`, { idempotencyKey }),
  changeLive: (company: string, rental: string, change: LiveChange) =>
    call<void>('PATCH', `/companies/${company}/rentals/${rental}/live`, { body: change }),

  uploadImage: (company: string, file: File) => {
    const form = new FormData();
    form.set('file', file);
    return call<UploadedImage>('POST', `/companies/${company}/images`, { body: form });
  },
  products: (company: string, rental: string) =>
    call<{ items: Product[] }>('GET', `/companies/${company}/rentals/${rental}/products`).then(
      (page) => page.items,
    ),
  addProduct: (company: string, rental: string, product: ProductDraft) =>
    call<Product>('POST', `/companies/${company}/rentals/${rental}/products`, { body: product }),
  changeProduct: (company: string, rental: string, id: string, product: ProductDraft) =>
    call<Product>('PATCH', `/companies/${company}/rentals/${rental}/products/${id}`, { body: product }),
  removeProduct: (company: string, rental: string, id: string) =>
    call<void>('DELETE', `/companies/${company}/rentals/${rental}/products/${id}`),

  orders: (company: string, rental: string, cursor?: string) =>
    call<Listing<CompanyOrder>>('GET', `/companies/${company}/rentals/${rental}/orders`, {
      query: { cursor },
    }),
  refund: (company: string, order: string, reason: string) =>
    call<void>('POST', `/companies/${company}/orders/${order}/refund`, { body: { reason } }),
  settlement: (company: string, rental: string) =>
    call<Settlement>('GET', `/companies/${company}/rentals/${rental}/settlement`),
};
