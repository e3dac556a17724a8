import { describe, expect, it } from 'vitest';
import type { Order, OrderState } from '~/api/deal';
import { ProblemError } from '~/shared/problem';
import { paths, routeOf } from '../route';
import { orderWords, pollMs, refundRefusal, returnWords } from './words';

const order = (state: OrderState, over: Partial<Order> = {}): Order => ({
  id: 'o',
  state,
  product: { id: 'p', name: '원두', imageUrl: '' },
  quantity: 1,
  amount: 12_000,
  provider: 'kakaoPay',
  heldUntil: '2026-11-24T05:05:00Z',
  createdAt: '2026-11-24T04:45:00Z',
  delivery: { recipient: '', phone: '', postcode: '', line1: '', line2: '', note: '' },
  ...over,
});

describe('an order', () => {
  it.each<[OrderState, string]>([
    ['held', '결제만 하면 돼요'],
    ['ready', '결제만 하면 돼요'],
    ['approving', '결제를 확인하고 있어요'],
    ['paid', '결제가 끝났어요'],
    ['refunding', '환불하고 있어요'],
    ['refunded', '환불이 끝났어요'],
    ['released', '주문이 취소됐어요'],
  ])('that is %s says %s', (state, title) => {
    expect(orderWords(order(state)).title).toBe(title);
  });

  it('says until when its pieces are kept, in Korean time', () => {
    expect(orderWords(order('held')).text).toBe('재고는 오후 2:05까지 맡아 둘게요.');
  });

  it.each(['expired', 'abandoned', 'paymentFailed'] as const)(
    'that was %s says that no money is gone',
    (why) => {
      expect(orderWords(order('released', { releasedReason: why })).text).toContain('빠져나간 돈은 없어요');
    },
  );

  it('that was paid with another amount says that it went back', () => {
    const text = orderWords(order('released', { releasedReason: 'amountDiffered' })).text;
    expect(text).toContain('모두 돌려드렸어요');
  });
});

describe('coming back from the payment page', () => {
  it('is spoken of while one can still pay', () => {
    expect(returnWords({ how: 'cancelled' }, order('ready'))).toBe(
      '결제가 취소됐어요. 재고는 오후 2:05까지 맡아 둘게요.',
    );
    expect(returnWords({ how: 'failed' }, order('held'))).toContain('다시 결제해 주세요');
    expect(returnWords({ how: 'amountDiffers' }, order('ready'))).toBe(
      '결제하려던 금액이 주문 금액과 달라 결제를 멈췄어요. 빠져나간 돈은 없어요. 재고는 오후 2:05까지 맡아 둘게요.',
    );
    expect(returnWords({ how: 'busy', proof: 't' }, order('ready'))).toBe(
      '결제사가 잠시 응답하지 않아요. 재고는 오후 2:05까지 맡아 둘게요. 잠시 뒤에 결제를 마쳐 주세요.',
    );
    expect(returnWords(null, order('held'))).toBeNull();
  });

  it('keeps what was agreed to for another try, and nothing that is not whole', () => {
    const id = '7a0a7e6e-2f5f-4f7e-9c0b-0d7e5d0d3f10';
    const returned = (search: string) => {
      const route = routeOf(`/orders/${id}`, search);
      return route.page === 'order' ? route.returned : undefined;
    };
    const kakaopay = { how: 'busy', proof: 'pg_token=a%26b' };
    expect(returned('?result=busy&pg_token=a%26b&other=1')).toEqual(kakaopay);
    expect(paths.approve(id, 'pg_token=a%26b')).toBe(`/payment/orders/${id}/approve?pg_token=a%26b`);
    const toss = { how: 'busy', proof: `paymentKey=k%2F1&orderId=${id}&amount=12000` };
    expect(returned(`?result=busy&amount=12000&orderId=${id}&paymentKey=k%2F1`)).toEqual(toss);
    expect(returned(`?result=busy&orderId=${id}&paymentKey=k`)).toEqual({ how: 'failed' });
    expect(returned('?result=busy')).toEqual({ how: 'failed' });
    expect(returned('?result=amount_differs')).toEqual({ how: 'amountDiffers' });
    expect(returned('?result=nonsense')).toBeNull();
    expect(returned('')).toBeNull();
  });

  it('is not, once the order has been decided', () => {
    expect(returnWords({ how: 'failed' }, order('paid'))).toBeNull();
    expect(returnWords({ how: 'cancelled' }, order('released'))).toBeNull();
  });
});

it('sends a refund that comes too late for the deal to My Page', () => {
  const refusal = (code: string, detail: string) => new ProblemError({ status: 409, code, detail });
  expect(refundRefusal(refusal('sealed', '타임딜이 마감되어 더 바꿀 수 없어요.'))).toContain('내 주문에서');
  expect(refundRefusal(refusal('refund_refused', '결제사가 받아 주지 않았어요.'))).toBe(
    '결제사가 받아 주지 않았어요.',
  );
});

it('asks soonest while the gateway is being asked, and never for what is over', () => {
  expect(pollMs(order('approving'))).toBe(1_000);
  expect(pollMs(order('released'))).toBeNull();
  expect(pollMs(order('refunded'))).toBeNull();
});
