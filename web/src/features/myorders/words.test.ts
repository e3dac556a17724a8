import { expect, it } from 'vitest';
import type { Order } from '~/api/types';
import { isRefundable, orderText, payMethod } from './words';

const now = Date.parse('2026-11-24T01:00:00Z');
const order = (state: Order['state'], refundableUntil = '2026-12-01T01:00:00Z') => ({
  state,
  provider: 'kakaoPay' as const,
  amount: 39_000,
  refundableUntil,
  refundedAt: state === 'refunded' ? '2026-11-24T00:30:00Z' : null,
});

it.each([
  ['paid', '2026-12-01T01:00:00Z', true],
  ['refundFailed', '2026-12-01T01:00:00Z', true],
  ['paid', '2026-11-24T01:00:00Z', false],
  ['refunding', '2026-12-01T01:00:00Z', false],
  ['refunded', '2026-12-01T01:00:00Z', false],
] as const)('%s until %s can be refunded: %s', (state, until, expected) => {
  expect(isRefundable(order(state, until), now)).toBe(expected);
});

it('says what is and what one can do', () => {
  expect(orderText(order('paid'), now)).toBe('12월 1일 (화)까지 환불할 수 있어요.');
  expect(orderText(order('paid', '2026-11-20T01:00:00Z'), now)).toContain('기간이 지났어요');
  expect(orderText(order('refunded'), now)).toBe(
    '11월 24일 (화) 오전 9:30에 39,000원을 결제한 곳으로 돌려드렸어요.',
  );
  expect(orderText(order('refundFailed'), now)).toContain('다시 요청');
  expect(orderText({ ...order('refunding'), provider: 'toss' }, now)).toContain('토스페이먼츠에서');
});

it('names how it was paid', () => {
  expect(payMethod({ provider: 'kakaoPay', method: 'CARD' })).toBe('카카오페이 카드');
  expect(payMethod({ provider: 'kakaoPay', method: 'MONEY' })).toBe('카카오페이머니');
  expect(payMethod({ provider: 'toss', method: '간편결제' })).toBe('토스페이먼츠 간편결제');
  expect(payMethod({ provider: 'toss', method: '' })).toBe('토스페이먼츠');
});
