import { describe, expect, it } from 'vitest';
import { addressLine, check, emptyDelivery, errorsOf, isPhone, phoneAsTyped } from './delivery';

const good = {
  recipient: '박지민',
  phone: '010-1234-5678',
  postcode: '04524',
  line1: '서울 중구 세종대로 110',
  line2: '3층',
  note: '',
};

// The same table as the runtime's own.
it.each([
  ['01012345678', true],
  ['+82 10 1234 5678', true],
  ['+82(0)10-1234-5678', true],
  ['02-123-4567', true],
  ['031.123.4567', true],
  ['0504-1234-5678', true],
  ['070-1234-5678', true],
  ['011-123-4567', true],
  ['010-1234-567', false],
  ['010-1234-56789', false],
  ['1234', false],
  ['', false],
  ['+1 212 555 0100', false],
  ['010-12a4-5678', false],
  ['119', false],
])('%s is a telephone number: %s', (typed, expected) => {
  expect(isPhone(typed)).toBe(expected);
});

describe('the form', () => {
  it('is fine', () => {
    expect(check(good)).toEqual({});
  });

  it('names every field that is wrong', () => {
    expect(Object.keys(check(emptyDelivery))).toEqual(['recipient', 'phone', 'postcode', 'line1']);
    expect(Object.keys(check({ ...good, postcode: '1234' }))).toEqual(['postcode']);
  });

  it('shows what the server found at its field', () => {
    const problems = [
      { field: 'delivery.phone', code: 'phone_invalid', detail: '전화번호를 확인해 주세요.' },
      { field: 'quantity', code: 'too_small', detail: '1개부터 주문할 수 있어요.' },
    ];
    expect(errorsOf(problems)).toEqual({ phone: '전화번호를 확인해 주세요.' });
  });
});

it.each([
  ['010', '010'],
  ['0101234', '010-1234'],
  ['01012345678', '010-1234-5678'],
  ['010-1234-56789', '010-1234-5678'],
  ['02-123-4567', '02-123-4567'],
  ['+821012345678', '+821012345678'],
])('%s is shown as %s while it is typed', (typed, shown) => {
  expect(phoneAsTyped(typed)).toBe(shown);
});

it('writes an address on a line', () => {
  expect(addressLine(good)).toBe('(04524) 서울 중구 세종대로 110 3층');
  expect(addressLine({ ...good, line2: '' })).toBe('(04524) 서울 중구 세종대로 110');
});
