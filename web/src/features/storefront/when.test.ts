import { describe, expect, it } from 'vitest';
import type { DealCard } from '~/api/types';
import { nearTime, phaseWords, sectionsOf, timeWords } from './when';

// 2026-11-24 09:00 in Seoul.
const now = Date.UTC(2026, 10, 24);

const card = (
  name: string,
  phase: DealCard['phase'],
  opensAt: string,
  over: Partial<DealCard> = {},
): DealCard => ({
  name,
  title: name,
  company: { name: '모아 커피', slug: 'moa' },
  category: 'food',
  opensAt,
  closesAt: opensAt,
  phase,
  url: '',
  listPrice: 2,
  price: 1,
  discountPercent: 50,
  soldOut: false,
  running: false,
  ...over,
});

it('puts every deal under one heading', () => {
  const cards = [
    card('a', 'open', '2026-11-23T23:00:00Z'),
    card('b', 'before', '2026-11-24T01:00:00Z'),
    card('c', 'before', '2026-11-24T14:59:59Z'),
    card('d', 'before', '2026-11-24T15:00:00Z'),
    card('e', 'closed', '2026-11-23T15:00:00Z'),
  ];
  const { open, today, week } = sectionsOf(cards, now);
  const names = (list: DealCard[]) => list.map((one) => one.name).join('');
  expect([names(open), names(today), names(week)]).toEqual(['a', 'bc', 'd']);
});

describe('time', () => {
  it.each([
    ['2026-11-24T01:00:00Z', '오늘 오전 10:00'],
    ['2026-11-25T05:30:00Z', '내일 오후 2:30'],
    ['2026-11-27T01:00:00Z', '11월 27일 (금) 오전 10:00'],
    ['2027-01-02T01:00:00Z', '2027년 1월 2일 (토) 오전 10:00'],
  ])('%s is %s', (instant, expected) => {
    expect(nearTime(instant, now)).toBe(expected);
  });

  it.each([
    ['before', '오늘 오전 10:00에 열려요'],
    ['open', '오늘 오전 10:00까지'],
    ['closed', '오늘 끝났어요'],
  ] as const)('of a deal that is %s: %s', (phase, expected) => {
    expect(timeWords(card('a', phase, '2026-11-24T01:00:00Z'), now)).toBe(expected);
  });

  it('names the day of a deal that ended earlier', () => {
    expect(timeWords(card('a', 'closed', '2026-11-20T01:00:00Z'), now)).toBe('11월 20일 (금) 끝났어요');
  });
});

it.each([
  ['before', false, false, '예정'],
  ['before', false, true, '대기 순서 받는 중'],
  ['open', false, true, '판매 중'],
  ['open', true, true, '모두 팔림'],
  ['closed', true, false, '끝남'],
] as const)('%s, sold out %s, running %s: %s', (phase, soldOut, running, label) => {
  expect(phaseWords({ phase, soldOut, running }).label).toBe(label);
});
