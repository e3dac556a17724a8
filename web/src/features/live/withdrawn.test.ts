import { expect, it } from 'vitest';
import { linesOf, withdrawnWords } from './withdrawn';

it('reads a link a line', () => {
  expect(linesOf('')).toEqual([]);
  expect(linesOf(' https://a/1 \r\n\n\thttps://a/2\n')).toEqual(['https://a/1', 'https://a/2']);
});

it.each([
  [3, 0, '초대 링크 3개를 거뒀어요.'],
  [2, 1, '초대 링크 2개를 거뒀어요. 1개는 이미 쓴 링크라 그대로예요.'],
  [0, 1, '이미 쓴 링크예요. 들어온 손님은 그대로 있어요.'],
  [0, 0, '이미 거둔 링크예요.'],
])('%d withdrawn, %d used before: %s', (withdrawn, used, expected) => {
  expect(withdrawnWords({ withdrawn, used })).toBe(expected);
});
