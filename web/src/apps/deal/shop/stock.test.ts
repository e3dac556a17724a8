import { expect, it } from 'vitest';
import { orderableMax, owned, stockWords } from './stock';

it.each([
  [100, 100, '100개 남음', 'brand'],
  [1_234, 5_000, '1,234개 남음', 'brand'],
  [10, 100, '10개 남음', 'warm'],
  [0, 100, '지금은 남은 수량이 없어요', 'neutral'],
  [-1, 100, '지금은 남은 수량이 없어요', 'neutral'],
])('%d of %d: %s', (left, stock, text, tone) => {
  expect(stockWords(left, stock)).toEqual({ text, tone });
});

it('counts what is paid or being paid for', () => {
  const order = (state: string, quantity: number, id = 'a') => ({ state, quantity, product: { id } });
  const orders = [
    order('paid', 1),
    order('held', 2),
    order('released', 9),
    order('refunded', 9),
    order('paid', 9, 'b'),
  ];
  expect(owned(orders, 'a')).toBe(3);
});

it.each([
  [10, 3, 0, 3],
  [2, 3, 0, 2],
  [10, 3, 3, 0],
  [10, 3, 5, 0],
])('%d left, %d each, %d owned: up to %d', (left, perShopperMax, has, expected) => {
  expect(orderableMax({ left, perShopperMax }, has)).toBe(expected);
});
