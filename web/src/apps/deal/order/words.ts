// What an order's page says.

import type { Order } from '~/api/deal';
import { won } from '~/shared/format/number';
import { clock } from '~/shared/format/time';
import { codeOf } from '~/shared/problem';
import { wordsFor } from '~/shared/words/errors';
import type { Returned } from '../route';

export interface OrderWords {
  title: string;
  text: string;
}

const released: Record<NonNullable<Order['releasedReason']>, string> = {
  expired: '결제하지 않은 채 맡아 둔 시간이 지났어요. 빠져나간 돈은 없어요.',
  abandoned: '주문을 취소하고 재고를 돌려놓았어요. 빠져나간 돈은 없어요.',
  paymentFailed: '결제사에서 결제가 되지 않았어요. 빠져나간 돈은 없어요.',
  amountDiffered: '주문과 다른 금액이 결제돼 바로 취소했어요. 빠져나간 돈은 모두 돌려드렸어요.',
};

/** First what happened, then what to do. */
export function orderWords(order: Order): OrderWords {
  switch (order.state) {
    case 'held':
    case 'ready':
      return {
        title: '결제만 하면 돼요',
        text: `재고는 ${clock(order.heldUntil)}까지 맡아 둘게요.`,
      };
    case 'approving':
      return {
        title: '결제를 확인하고 있어요',
        text: '결제사의 답을 기다리고 있어요. 다시 결제하지 않아도 돼요. 결과는 이 화면에 바로 나타나요.',
      };
    case 'paid':
      return {
        title: '결제가 끝났어요',
        text: '주문이 판매자에게 전해졌어요. 내 주문에서 언제든 볼 수 있어요.',
      };
    case 'refunding':
      return {
        title: '환불하고 있어요',
        text: '결제사의 답을 기다리고 있어요. 창을 닫아도 환불은 이어져요.',
      };
    case 'refunded':
      return { title: '환불이 끝났어요', text: `${won(order.amount)}을 결제한 곳으로 돌려드렸어요.` };
    case 'released':
      return { title: '주문이 취소됐어요', text: released[order.releasedReason ?? 'expired'] };
  }
}

/** What the sum at the bottom is. */
export function amountLabel(order: Order): string {
  if (order.paidAt) return '결제한 금액';
  return order.state === 'released' ? '주문 금액' : '결제할 금액';
}

/** What to say about how one came back from the payment page, while the order can still be paid. */
export function returnWords(returned: Returned | null, order: Order): string | null {
  if (!returned || (order.state !== 'held' && order.state !== 'ready')) return null;
  const kept = `재고는 ${clock(order.heldUntil)}까지 맡아 둘게요.`;
  switch (returned.how) {
    case 'cancelled':
      return `결제가 취소됐어요. ${kept}`;
    case 'failed':
      return '결제가 끝나지 않았어요. 빠져나간 돈은 없으니 다시 결제해 주세요.';
    case 'amountDiffers':
      return `결제하려던 금액이 주문 금액과 달라 결제를 멈췄어요. 빠져나간 돈은 없어요. ${kept}`;
    case 'busy':
      return `결제사가 잠시 응답하지 않아요. ${kept} 잠시 뒤에 결제를 마쳐 주세요.`;
  }
}

/** Why a refund was refused. Once the books are closed, My Page is the place. */
export const refundRefusal = (error: unknown): string =>
  codeOf(error) === 'sealed' ? '타임딜이 마감됐어요. 환불은 내 주문에서 요청해 주세요.' : wordsFor(error);

/** How soon an order of that state may change; `null` where only its shopper changes it. */
export function pollMs(order: Order): number | null {
  switch (order.state) {
    case 'approving':
      return 1_000;
    case 'refunding':
      return 2_000;
    case 'held':
    case 'ready':
      return 3_000;
    case 'paid':
      return 30_000;
    case 'refunded':
    case 'released':
      return null;
  }
}
