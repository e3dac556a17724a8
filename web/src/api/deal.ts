// Everything a deal's pages ask of the deal's own runtime. No session is renewed here: a ticket or a
// pass is all it takes, and who has neither is sent to sign in.

import { observeServerTime } from '~/shared/clock';
import { type Problem, ProblemError, problemFrom } from '~/shared/problem';

const deadlineMs = 15_000;

export type Phase = 'before' | 'open' | 'closed';

/** How the deal stands: the same for everyone. */
export interface Status {
  deal: string;
  title: string;
  companyName: string;
  phase: Phase;
  serverNow: string;
  opensAt: string;
  closesAt: string;
  /** Whether a draw decides among those who come before the doors open. */
  prequeue: 'draw' | 'fifo';
  /** Admission is stopped, on purpose or because the deal's store is away. */
  paused: boolean;
  drawn: Draw | null;
  /** BLAKE3 of the draw's secret, published before the draw. */
  commitment: string;
  waiting: number;
  inside: number;
  insideMax: number;
  stockLeft: number;
  soldOut: boolean;
  /** Whoever wants a place must work on a challenge first. */
  proofOfWork: boolean;
  /** Which line of the company's is in force. */
  notice: number | null;
  pollAfterMs: number;
  /** Where one signs in; `returnTo` is added. */
  signInUrl: string;
  /** My Page; an order's id is added as a path. */
  ordersUrl: string;
}

export interface Draw {
  entrants: number;
  seed: string;
  secret: string;
  accumulator: string;
}

export type Stand = 'before' | 'waiting' | 'called' | 'inside' | 'closed' | 'soldOut';

/** Where the holder of the ticket stands. */
export interface Position {
  state: Stand;
  /** The order of arrival, from 1. */
  entrant: number;
  /** The number drawn or given, from 1; unknown before the draw. */
  number?: number;
  ahead?: number;
  waiting: number;
  etaSeconds?: { low: number; high: number };
  pollAfterMs: number;
  serverNow: string;
  /** Whether it is an invitation by which the shopper may come in. */
  guest?: boolean;
  /** One sentence about the chances. */
  announcement?: string;
  /** Which line of the company's is in force; left out where there is none. */
  notice?: number;
  /** Whether there is a stream of news for this shopper now. */
  stream?: boolean;
}

/** What must be worked on before one asks for a place. */
export interface Challenge {
  challenge: string;
  /** How many zero bits the hash must begin with. */
  difficultyBits: number;
  expiresAt: string;
}

export interface Proof {
  challenge: string;
  nonce: string;
}

export interface Product {
  id: string;
  name: string;
  listPrice: number;
  price: number;
  stock: number;
  /** Neither held nor sold. */
  left: number;
  perShopperMax: number;
  imageUrl: string;
}

export interface Deal {
  deal: string;
  title: string;
  companyName: string;
  opensAt: string;
  closesAt: string;
  serverNow: string;
  products: Product[];
}

export interface Delivery {
  recipient: string;
  phone: string;
  postcode: string;
  line1: string;
  line2: string;
  note: string;
}

export type OrderState = 'held' | 'ready' | 'approving' | 'paid' | 'refunding' | 'refunded' | 'released';

export interface Order {
  id: string;
  state: OrderState;
  product: { id: string; name: string; imageUrl: string };
  quantity: number;
  /** For all pieces, in won. */
  amount: number;
  /** Through whom it is paid. */
  provider: 'kakaoPay' | 'toss';
  heldUntil: string;
  releasedReason?: 'expired' | 'abandoned' | 'paymentFailed' | 'amountDiffered';
  createdAt: string;
  paidAt?: string;
  refundedAt?: string;
  delivery: Delivery;
}

export interface PaymentPages {
  pc: string;
  mobile: string;
  expiresAt: string;
}

interface Options {
  body?: unknown;
  /** For what stays the same for ever under its address. */
  mayBeKept?: boolean;
  idempotencyKey?: string;
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

async function reach(
  method: string,
  path: string,
  { body, mayBeKept, idempotencyKey }: Options,
): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey);
  try {
    return await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      cache: mayBeKept ? 'default' : 'no-store',
      signal: AbortSignal.timeout(deadlineMs),
    });
  } catch (cause) {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new ProblemError({ status: 0, code: late ? 'timeout' : 'offline', detail: '' });
  }
}

async function call<Body>(method: string, path: string, options: Options = {}): Promise<Body> {
  const sentAt = Date.now();
  const response = await reach(method, path, options);
  if (response.status === 204) return undefined as Body;
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const problem: Problem = problemFrom(response.status, body);
    const wait = retryAfterMs(response);
    throw new ProblemError(wait === undefined ? problem : { ...problem, retryAfterMs: wait });
  }
  const stamp = (body as { serverNow?: string } | null)?.serverNow;
  if (stamp) observeServerTime(Date.parse(stamp), sentAt, Date.now());
  return body as Body;
}

const order = (id: string) => encodeURIComponent(id);

export const runtime = {
  status: () => call<Status>('GET', '/queue/status'),
  position: () => call<Position>('GET', '/queue/position'),
  /** The same as it changes, as events named `position`, for whoever is told that there is a stream. */
  positions: () => new EventSource('/queue/events'),
  notice: (version: number) => call<{ text: string }>('GET', `/queue/notice/${version}`, { mayBeKept: true }),
  /** What must be worked on now, where the deal demands it. */
  challenge: () => call<Challenge>('GET', '/queue/challenge'),
  /** `nonce`, 32 hex digits, goes into the draw. */
  enter: (nonce: string, proof?: Proof) =>
    call<Position>('POST', '/queue/enter', { body: proof ? { nonce, proof } : { nonce } }),
  /** Comes in, or stays in. */
  pass: () => call<{ expiresAt: string }>('POST', '/queue/pass'),
  leave: () => call<void>('POST', '/queue/leave'),

  deal: () => call<Deal>('GET', '/shop/deal'),
  hold: (wish: { product: string; quantity: number; delivery: Delivery }, idempotencyKey: string) =>
    call<Order>('POST', '/shop/holds', { body: wish, idempotencyKey }),
  orders: () => call<{ items: Order[] }>('GET', '/shop/orders').then((page) => page.items),
  order: (id: string) => call<Order>('GET', `/shop/orders/${order(id)}`),
  abandon: (id: string) => call<void>('DELETE', `/shop/orders/${order(id)}`),

  /** Announces the payment; the same one for as long as it is alive. */
  ready: (id: string) => call<PaymentPages>('POST', `/payment/orders/${order(id)}/ready`),
  refund: (id: string, reason: string) =>
    call<Order>('POST', `/payment/orders/${order(id)}/refund`, { body: { reason } }),
};
