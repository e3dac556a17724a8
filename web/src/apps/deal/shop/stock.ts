// How much is left, in words.

import { pieces } from '~/shared/format/number';

export interface StockWords {
  text: string;
  tone: 'brand' | 'warm' | 'neutral';
}

/** A tenth of the stock is little; that is said by the figure and the colour, not by shouting. */
export function stockWords(left: number, stock: number): StockWords {
  if (left <= 0) return { text: '지금은 남은 수량이 없어요', tone: 'neutral' };
  return { text: `${pieces(left)} 남음`, tone: left * 10 <= stock ? 'warm' : 'brand' };
}

interface Owned {
  state: string;
  quantity: number;
  product: { id: string };
}

/** How many pieces of a product the shopper already has or is paying for. */
export const owned = (orders: readonly Owned[], product: string): number =>
  orders
    .filter((order) => order.product.id === product && !['released', 'refunded'].includes(order.state))
    .reduce((sum, order) => sum + order.quantity, 0);

/** The most that may be ordered now: what is left, and what one shopper may still have. */
export const orderableMax = (
  product: { left: number; perShopperMax: number },
  alreadyOwned: number,
): number => Math.max(0, Math.min(product.left, product.perShopperMax - alreadyOwned));
