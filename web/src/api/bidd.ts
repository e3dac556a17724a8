// Everything the portal asks of the control plane.

import { client } from './client';
import { take } from './take';
import type {
  CompanyApplication,
  CompanyState,
  GuestLinkWithdrawal,
  LiveChange,
  MerchantAccount,
  NewRental,
  ProductDraft,
} from './types';

/** Pages of lists that are paged; the server allows up to 100. */
const limit = 50;

const ofCompany = (c: string) => ({ params: { path: { c } } });
const ofRental = (c: string, r: string) => ({ params: { path: { c, r } } });
const ofProduct = (c: string, r: string, p: string) => ({ params: { path: { c, r, p } } });

export const api = {
  me: () => take(client.GET('/api/v1/me')),
  signOut: () => take(client.POST('/api/v1/auth/sign-out')),
  plans: async () => (await take(client.GET('/api/v1/plans'))).items,

  apply: (body: CompanyApplication) => take(client.POST('/api/v1/companies', { body })),
  company: (c: string) => take(client.GET('/api/v1/companies/{c}', ofCompany(c))),
  setMerchant: (c: string, body: MerchantAccount) =>
    take(client.PUT('/api/v1/companies/{c}/merchant', { ...ofCompany(c), body })),

  applications: (state: CompanyState, cursor?: string) =>
    take(client.GET('/api/v1/admin/companies', { params: { query: { state, cursor, limit } } })),
  approve: (c: string) => take(client.POST('/api/v1/admin/companies/{c}/approve', ofCompany(c))),
  reject: (c: string, reason: string) =>
    take(client.POST('/api/v1/admin/companies/{c}/reject', { ...ofCompany(c), body: { reason } })),

  calendar: (from: string, to: string, plan: string) =>
    take(client.GET('/api/v1/calendar', { params: { query: { from, to, plan } } })),
  rent: (c: string, body: NewRental, idempotencyKey: string) =>
    take(
      client.POST('/api/v1/companies/{c}/rentals', {
        params: { path: { c }, header: { 'Idempotency-Key': idempotencyKey } },
        body,
      }),
    ),
  rentals: (c: string, cursor?: string) =>
    take(client.GET('/api/v1/companies/{c}/rentals', { params: { path: { c }, query: { cursor, limit } } })),
  rental: (c: string, r: string) => take(client.GET('/api/v1/companies/{c}/rentals/{r}', ofRental(c, r))),
  payFee: (c: string, r: string, idempotencyKey: string) =>
    take(
      client.POST('/api/v1/companies/{c}/rentals/{r}/payment', {
        params: { path: { c, r }, header: { 'Idempotency-Key': idempotencyKey } },
      }),
    ),
  changeLive: (c: string, r: string, body: LiveChange) =>
    take(client.PATCH('/api/v1/companies/{c}/rentals/{r}/live', { ...ofRental(c, r), body })),

  inviteGuests: (c: string, r: string, count: number) =>
    take(client.POST('/api/v1/companies/{c}/rentals/{r}/guests', { ...ofRental(c, r), body: { count } })),

  withdrawGuests: (c: string, r: string, body: GuestLinkWithdrawal) =>
    take(client.POST('/api/v1/companies/{c}/rentals/{r}/guests/withdrawals', { ...ofRental(c, r), body })),

  uploadImage: (c: string, file: File) => {
    const form = new FormData();
    form.set('file', file);
    return take(
      client.POST('/api/v1/companies/{c}/images', {
        ...ofCompany(c),
        // The schema calls a file a string; what travels is the form.
        body: { file: file.name },
        bodySerializer: () => form,
      }),
    );
  },
  products: async (c: string, r: string) =>
    (await take(client.GET('/api/v1/companies/{c}/rentals/{r}/products', ofRental(c, r)))).items,
  addProduct: (c: string, r: string, body: ProductDraft) =>
    take(client.POST('/api/v1/companies/{c}/rentals/{r}/products', { ...ofRental(c, r), body })),
  changeProduct: (c: string, r: string, p: string, body: ProductDraft) =>
    take(client.PATCH('/api/v1/companies/{c}/rentals/{r}/products/{p}', { ...ofProduct(c, r, p), body })),
  removeProduct: (c: string, r: string, p: string) =>
    take(client.DELETE('/api/v1/companies/{c}/rentals/{r}/products/{p}', ofProduct(c, r, p))),

  orders: (c: string, r: string, cursor?: string) =>
    take(
      client.GET('/api/v1/companies/{c}/rentals/{r}/orders', {
        params: { path: { c, r }, query: { cursor, limit } },
      }),
    ),
  companyOrders: (c: string, cursor?: string) =>
    take(client.GET('/api/v1/companies/{c}/orders', { params: { path: { c }, query: { cursor, limit } } })),
  refund: (c: string, o: string, reason: string) =>
    take(
      client.POST('/api/v1/companies/{c}/orders/{o}/refund', {
        params: { path: { c, o } },
        body: { reason },
      }),
    ),
  settlement: (c: string, r: string) =>
    take(client.GET('/api/v1/companies/{c}/rentals/{r}/settlement', ofRental(c, r))),
};
