// What a rental's state means for its pages. Nothing here asks the server.

import type { Rental } from '~/api/types';
import { type Instant, millis } from '~/shared/format/time';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The fee as the control plane reckons it: the plan's price for each hour begun. Won. */
export function rentalFee(feePerHour: number, opensAt: Instant, closesAt: Instant): number {
  return feePerHour * Math.ceil(Math.max(0, millis(closesAt) - millis(opensAt)) / hourMs);
}

export type View = 'overview' | 'products' | 'live' | 'orders' | 'settlement';

/** What can be seen of a rental in its state; the first is what matters most then. */
export function viewsOf({ state }: Pick<Rental, 'state'>): View[] {
  switch (state) {
    case 'running':
      return ['live', 'orders', 'products'];
    case 'completed':
      return ['settlement', 'orders', 'products'];
    case 'awaitingPayment':
    case 'paid':
    case 'scheduled':
      return ['overview', 'products'];
    case 'cancelled':
    case 'expired':
    case 'missed':
      return ['overview'];
  }
}

/** How soon a rental is worth another look: every 2 s while it sells, seldom while nothing can happen. */
export function lookAgainMs(rental: Pick<Rental, 'state' | 'opensAt' | 'deal'>, nowMs: number): number {
  switch (rental.state) {
    case 'running':
      return 2 * secondMs;
    case 'awaitingPayment':
    case 'paid':
      return 5 * secondMs;
    case 'scheduled':
      return millis(rental.opensAt) - nowMs < 15 * minuteMs ? 2 * secondMs : 30 * secondMs;
    case 'completed':
      return rental.deal?.phase === 'Completed' ? minuteMs : 3 * secondMs;
    case 'cancelled':
    case 'expired':
    case 'missed':
      return minuteMs;
  }
}
