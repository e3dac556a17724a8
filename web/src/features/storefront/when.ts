// Which deals stand under which heading, and how their time is spoken. Told the time; asks no clock.

import type { DealCard } from '~/api/types';
import { clock, date, dateTime, koreanTime, millis, startOfKoreanDay } from '~/shared/format/time';
import type { StateWords } from '~/shared/words/glossary';

const dayMs = 86_400_000;

export interface Sections {
  open: DealCard[];
  today: DealCard[];
  week: DealCard[];
}

/** Every deal of the week under the first heading that fits it. */
export function sectionsOf(cards: readonly DealCard[], now: number): Sections {
  const tomorrow = startOfKoreanDay(now) + dayMs;
  const sections: Sections = { open: [], today: [], week: [] };
  for (const card of cards) {
    if (card.phase === 'open') sections.open.push(card);
    else if (card.phase === 'before' && millis(card.opensAt) < tomorrow) sections.today.push(card);
    else if (card.phase === 'before') sections.week.push(card);
  }
  return sections;
}

/** `오늘 오전 10:00`, `내일 오전 10:00`, `11월 24일 (화) 오전 10:00` */
export function nearTime(instant: string, now: number): string {
  const days = Math.round((startOfKoreanDay(instant) - startOfKoreanDay(now)) / dayMs);
  if (days === 0) return `오늘 ${clock(instant)}`;
  if (days === 1) return `내일 ${clock(instant)}`;
  return dateTime(instant, now);
}

type Timed = Pick<DealCard, 'phase' | 'opensAt' | 'closesAt'>;

/** When one can buy, in a line. */
export function timeWords(card: Timed, now: number): string {
  if (card.phase === 'open') return `${nearTime(card.closesAt, now)}까지`;
  if (card.phase === 'before') return `${nearTime(card.opensAt, now)}에 열려요`;
  const { year, month, day } = koreanTime(card.closesAt);
  const today = koreanTime(now);
  const isToday = year === today.year && month === today.month && day === today.day;
  return `${isToday ? '오늘' : date(card.closesAt, now)} 끝났어요`;
}

/** The state of a deal in a word. */
export function phaseWords(card: Pick<DealCard, 'phase' | 'soldOut' | 'running'>): StateWords {
  if (card.phase === 'closed') return { label: '끝남', tone: 'neutral' };
  if (card.phase === 'open') {
    return card.soldOut ? { label: '모두 팔림', tone: 'neutral' } : { label: '판매 중', tone: 'success' };
  }
  return card.running ? { label: '대기 순서 받는 중', tone: 'warm' } : { label: '예정', tone: 'brand' };
}
