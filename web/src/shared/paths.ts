// Every link of the three apps comes from here.

const query = (params: Record<string, string | undefined>): string => {
  const entries = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length > 0 ? `?${new URLSearchParams(entries)}` : '';
};

/** Pages of the companies' portal. */
export const bidd = {
  landing: () => '/',
  home: () => '/home',
  apply: () => '/apply',
  calendar: (params: { week?: string; plan?: string } = {}) => `/calendar${query(params)}`,
  rentals: (params: { state?: string } = {}) => `/rentals${query(params)}`,
  newRental: (params: { opensAt?: string; closesAt?: string; plan?: string } = {}) =>
    `/rentals/new${query(params)}`,
  rental: (id: string, params: { view?: string } = {}) => `/rentals/${id}${query(params)}`,
  orders: () => '/orders',
  settings: () => '/settings',
  adminCompanies: (params: { state?: string; review?: string } = {}) => `/admin/companies${query(params)}`,
};

/** Pages of the storefront. */
export const ddib = {
  home: (params: { when?: string; category?: string; q?: string } = {}) => `/${query(params)}`,
  deal: (name: string) => `/deals/${encodeURIComponent(name)}`,
  company: (slug: string) => `/companies/${encodeURIComponent(slug)}`,
  orders: () => '/orders',
  order: (id: string) => `/orders/${id}`,
};

/** Addresses of the server that a browser goes to by itself. */
export const server = {
  /** Signs in with Kakao and comes back to `returnTo`, an address of this origin. */
  signIn: (returnTo: string) => `/api/v1/auth/kakao/start${query({ returnTo })}`,
  /** The settlement as a file for a spreadsheet. */
  settlementSheet: (company: string, rental: string) =>
    `/api/v1/companies/${company}/rentals/${rental}/settlement.csv`,
  /** The settlement as a page to be printed. */
  settlementDocument: (company: string, rental: string) =>
    `/api/v1/companies/${company}/rentals/${rental}/settlement.html`,
  /** The events that the settlement was counted from. */
  settlementEvents: (company: string, rental: string) =>
    `/api/v1/companies/${company}/rentals/${rental}/settlement.jsonl`,
};
