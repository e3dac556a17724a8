// The week that the calendar shows, as plain data: which hours there are, and what each is worth to a
// company that wants to rent with a given plan.

import type { CalendarSlot, Plan, Rental } from '~/api/types';
import { type Instant, koreanInstant, koreanTime, millis, startOfKoreanDay } from '~/shared/format/time';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const daysShown = 7;

/** How long a deal may be, as the calendar offers it; any other length can be typed afterwards. */
export const lengths = [
  { value: '30', label: '30분' },
  { value: '60', label: '1시간' },
  { value: '120', label: '2시간' },
  { value: '180', label: '3시간' },
  { value: '360', label: '6시간' },
] as const;

/** `2026-11-24`, the day in Korea that holds the instant: what stands in the URL. */
export function dayKey(instant: Instant): string {
  const t = koreanTime(instant);
  return `${t.year}-${String(t.month).padStart(2, '0')}-${String(t.day).padStart(2, '0')}`;
}

/** Midnight of a day from the URL, or of today where the URL says nothing sensible. */
export function dayFromKey(key: string | undefined, now: Instant): number {
  const match = key?.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  if (!match) return startOfKoreanDay(now);
  const instant = koreanInstant(Number(match[1]), Number(match[2]), Number(match[3]));
  return Number.isFinite(instant) ? instant : startOfKoreanDay(now);
}

export type Room = 'past' | 'mine' | 'full' | 'tight' | 'open';

export interface Hour {
  startsAt: number;
  endsAt: number;
  room: Room;
  /** Shoppers that still fit. */
  free: number;
  /** 0 to 1. */
  usedShare: number;
}

/** Below this share of the platform an hour is called tight. */
const tightShare = 0.25;

/** What one hour is worth to a company that wants `plan`; nothing may open before `bookableFromMs`. */
export function hourOf(
  slot: CalendarSlot,
  capacity: number,
  plan: Plan,
  mine: readonly Rental[],
  bookableFromMs: number,
): Hour {
  const startsAt = millis(slot.startsAt);
  const endsAt = millis(slot.endsAt);
  const occupied = mine.some(
    (rental) => millis(rental.opensAt) < endsAt && millis(rental.closesAt) > startsAt,
  );
  const room = (): Room => {
    if (startsAt < bookableFromMs) return 'past';
    if (occupied) return 'mine';
    if (!(slot.fits ?? slot.free >= plan.expectedShoppers)) return 'full';
    return slot.free < capacity * tightShare ? 'tight' : 'open';
  };
  return {
    startsAt,
    endsAt,
    room: room(),
    free: slot.free,
    usedShare: capacity > 0 ? Math.min(1, slot.used / capacity) : 1,
  };
}

export const isFree = (hour: Hour): boolean => hour.room === 'open' || hour.room === 'tight';

export interface Day {
  startsAt: number;
  hours: Hour[];
}

/** The hours by day, in order. */
export function daysOf(hours: readonly Hour[], firstDay: number): Day[] {
  return Array.from({ length: daysShown }, (_, at) => {
    const startsAt = firstDay + at * dayMs;
    return {
      startsAt,
      hours: hours.filter((hour) => hour.startsAt >= startsAt && hour.startsAt < startsAt + dayMs),
    };
  });
}

/** The first hour of a proposed window that is not free, or nothing where all are. */
export function obstacle(hours: readonly Hour[], opensAt: number, lengthMs: number): Hour | undefined {
  return hours.find((hour) => hour.startsAt < opensAt + lengthMs && hour.endsAt > opensAt && !isFree(hour));
}

const steps: Record<string, number> = {
  ArrowUp: -hourMs,
  ArrowDown: hourMs,
  ArrowLeft: -dayMs,
  ArrowRight: dayMs,
};

/** The next free hour from `from` in the direction of an arrow key; nothing at the edge or for another key. */
export function nextFree(hours: readonly Hour[], from: Hour, key: string): Hour | undefined {
  const stepMs = steps[key];
  if (stepMs === undefined) return undefined;
  const dayOf = (hour: Hour) => startOfKoreanDay(hour.startsAt);
  const ahead = hours
    .filter((hour) => {
      const distance = (hour.startsAt - from.startsAt) / stepMs;
      const reachable = Math.abs(stepMs) === dayMs || dayOf(hour) === dayOf(from);
      return Number.isInteger(distance) && distance > 0 && isFree(hour) && reachable;
    })
    .sort((a, b) => Math.abs(a.startsAt - from.startsAt) - Math.abs(b.startsAt - from.startsAt));
  return ahead[0];
}
