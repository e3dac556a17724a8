import { describe, expect, it } from 'vitest';
import { businessNumber, businessNumberHolds, phone, phoneToE164 } from './identity';
import { object, subject, towards } from './josa';
import { discountPercent, people, percent, short, won } from './number';
import {
  clockWithSeconds,
  date,
  dateTime,
  digits,
  duration,
  koreanInstant,
  koreanTime,
  span,
  startOfKoreanDay,
} from './time';

const now = '2026-11-23T00:00:00Z';

describe('numbers', () => {
  it('writes money and people', () => {
    expect(won(1_234_000)).toBe('1,234,000원');
    expect(won(0)).toBe('0원');
    expect(won(-500)).toBe('-500원');
    expect(won(-0)).toBe('0원');
    expect(people(3_210)).toBe('3,210명');
  });

  it.each([
    [0, '0'],
    [9_999, '9,999'],
    [10_000, '1만'],
    [12_900, '1.2만'],
    [125_000, '12.5만'],
    [1_259_000, '125만'],
  ])('shortens %d to %s', (value, words) => expect(short(value)).toBe(words));

  it('never overstates a share or a discount', () => {
    expect(percent(999, 1_000)).toBe('99%');
    expect(percent(1, 0)).toBe('0%');
    expect(discountPercent(10_000, 6_999)).toBe(30);
    expect(discountPercent(10_000, 10_000)).toBe(0);
    expect(discountPercent(0, 100)).toBe(0);
  });
});

describe('time', () => {
  it('speaks Korean time with the day of the week', () => {
    expect(dateTime('2026-11-24T01:00:00Z', now)).toBe('11월 24일 (화) 오전 10:00');
    expect(dateTime('2026-11-24T15:00:00Z', now)).toBe('11월 25일 (수) 오전 12:00');
    expect(dateTime('2026-11-24T03:05:00Z', now)).toBe('11월 24일 (화) 오후 12:05');
    expect(clockWithSeconds('2026-11-24T01:00:05Z')).toBe('오전 10:00:05');
  });

  it('names the year only when it is another one', () => {
    expect(date('2027-01-02T00:00:00Z', now)).toBe('2027년 1월 2일 (토)');
    expect(date('2026-12-31T14:59:59Z', now)).toBe('12월 31일 (목)');
  });

  it('says what both ends of a span share once', () => {
    expect(span('2026-11-24T01:00:00Z', '2026-11-24T02:00:00Z', now)).toBe('11월 24일 (화) 오전 10:00–11:00');
    expect(span('2026-11-24T02:30:00Z', '2026-11-24T04:00:00Z', now)).toBe(
      '11월 24일 (화) 오전 11:30–오후 1:00',
    );
    expect(span('2026-11-24T14:30:00Z', '2026-11-24T15:30:00Z', now)).toBe(
      '11월 24일 (화) 오후 11:30 – 11월 25일 (수) 오전 12:30',
    );
  });

  it.each([
    [-1, '0초'],
    [999, '0초'],
    [59_999, '59초'],
    [60_000, '1분'],
    [1_390_000, '23분 10초'],
    [3_600_000, '1시간'],
    [3_900_000, '1시간 5분'],
    [183_600_000, '2일 3시간'],
    [172_800_000, '2일'],
  ])('a span of %d ms is %s', (ms, words) => expect(duration(ms)).toBe(words));

  it('keeps its width in digits', () => {
    expect(digits(1_390_000)).toBe('00:23:10');
    expect(digits(90_000_000)).toBe('1일 01:00:00');
    expect(digits(-5)).toBe('00:00:00');
  });

  it('goes from a wall in Seoul to an instant and back', () => {
    const instant = koreanInstant(2026, 11, 24, 10, 30);
    expect(new Date(instant).toISOString()).toBe('2026-11-24T01:30:00.000Z');
    expect(koreanTime(instant)).toEqual({
      year: 2026,
      month: 11,
      day: 24,
      weekday: '화',
      hour: 10,
      minute: 30,
      second: 0,
    });
    expect(startOfKoreanDay('2026-11-24T15:30:00Z')).toBe(koreanInstant(2026, 11, 25));
  });
});

describe('identity', () => {
  it.each([
    ['123-45-67891', true],
    ['1234567891', true],
    ['123-45-67890', false],
    ['000-00-00000', false],
    ['12345', false],
  ])('business number %s: %s', (value, holds) => expect(businessNumberHolds(value)).toBe(holds));

  it('writes them as in Korea', () => {
    expect(businessNumber('1234567891')).toBe('123-45-67891');
    expect(phone('+821012345678')).toBe('010-1234-5678');
    expect(phone('+82212345678')).toBe('02-1234-5678');
    expect(phone('0311234567')).toBe('031-123-4567');
    expect(phone('1588-0000')).toBe('1588-0000');
    expect(phoneToE164('010-1234-5678')).toBe('+821012345678');
    expect(phoneToE164('+1 212 555 0100')).toBe('+12125550100');
  });
});

describe('particles', () => {
  it.each([
    ['과일', '과일을', '과일이', '과일로'],
    ['커피', '커피를', '커피가', '커피로'],
    ['상품', '상품을', '상품이', '상품으로'],
    ['iPhone 13', 'iPhone 13을', 'iPhone 13이', 'iPhone 13으로'],
    ['iPhone 12', 'iPhone 12를', 'iPhone 12가', 'iPhone 12로'],
    ['BIDD', 'BIDD를', 'BIDD가', 'BIDD로'],
    ['', '를', '가', '로'],
  ])('%s', (word, asObject, asSubject, asGoal) => {
    expect([object(word), subject(word), towards(word)]).toEqual([asObject, asSubject, asGoal]);
  });
});
