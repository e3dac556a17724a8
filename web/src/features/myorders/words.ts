// What My Page says about an order. Told the time; asks no clock.

import type { Order } from '~/api/types';
import { won } from '~/shared/format/number';
import { date, dateTime, millis } from '~/shared/format/time';
import { providers } from '~/shared/words/glossary';

type Told = Pick<Order, 'state' | 'provider' | 'amount' | 'refundableUntil' | 'refundedAt'>;

export const isRefundable = (order: Told, now: number): boolean =>
  (order.state === 'paid' || order.state === 'refundFailed') && now < millis(order.refundableUntil);

/** First what is, then what one can do. */
export function orderText(order: Told, now: number): string {
  switch (order.state) {
    case 'paid':
      return isRefundable(order, now)
        ? `${date(order.refundableUntil, now)}까지 환불할 수 있어요.`
        : '환불할 수 있는 기간이 지났어요. 문의는 판매자에게 해 주세요.';
    case 'refunding':
      return `${providers[order.provider]}에서 확인되면 환불이 끝나요. 창을 닫아도 이어져요.`;
    case 'refunded': {
      const when = order.refundedAt ? `${dateTime(order.refundedAt, now)}에 ` : '';
      return `${when}${won(order.amount)}을 결제한 곳으로 돌려드렸어요.`;
    }
    case 'refundFailed':
      return `${providers[order.provider]}에서 환불을 받아 주지 않았어요. 다시 요청하거나 판매자에게 문의해 주세요.`;
  }
}

/** Toss names the method in words of its own. */
export function payMethod({ provider, method }: Pick<Order, 'provider' | 'method'>): string {
  if (provider === 'toss') return method ? `${providers.toss} ${method}` : providers.toss;
  return method === 'CARD' ? '카카오페이 카드' : '카카오페이머니';
}
