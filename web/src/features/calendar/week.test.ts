import { describe, expect, it } from 'vitest';
import type { CalendarSlot, Plan, Rental } from '~/api/types';
import { koreanInstant } from '~/shared/format/time';
import { dayFromKey, dayKey, daysOf, type Hour, hourOf, nextFree, obstacle, type Room } from './week';

const hourMs = 3_600_000;
const now = koreanInstant(2026, 11, 24, 9, 30);
const plan = { expectedShoppers: 3_000 } as Plan;

const slot = (startsAt: number, used: number, capacity = 20_000): CalendarSlot => ({
  startsAt: new Date(startsAt).toISOString(),
  endsAt: new Date(startsAt + hourMs).toISOString(),
  used,
  free: capacity - used,
  fits: null,
});

const ten = koreanInstant(2026, 11, 24, 10);

function check(start: number, used: number, mine: Rental[], room: Room) {
  expect(hourOf(slot(start, used), 20_000, plan, mine, now).room).toBe(room);
}

describe('an hour', () => {
  it('is worth what is left of it', () => {
    check(ten, 0, [], 'open');
    check(ten, 15_000, [], 'open');
    check(ten, 15_001, [], 'tight');
    check(ten, 17_000, [], 'tight');
    check(ten, 17_001, [], 'full');
    check(ten - hourMs, 0, [], 'past');
  });

  it('is full where the neighbours’ margins leave no room, whatever the hour itself says', () => {
    expect(hourOf({ ...slot(ten, 0), fits: false }, 20_000, plan, [], now).room).toBe('full');
  });

  it('is our own where our window touches it, and not where it only borders on it', () => {
    const mine = (from: number, to: number) =>
      [{ opensAt: new Date(from).toISOString(), closesAt: new Date(to).toISOString() }] as Rental[];
    check(ten, 0, mine(ten + hourMs / 2, ten + 2 * hourMs), 'mine');
    check(ten, 0, mine(ten + hourMs, ten + 2 * hourMs), 'open');
    check(ten, 0, mine(ten - hourMs, ten), 'open');
  });
});

describe('a week', () => {
  const first = dayFromKey('2026-11-24', now);
  const hours = Array.from({ length: 7 * 24 }, (_, at) =>
    hourOf(slot(first + at * hourMs, at === 36 ? 20_000 : 0), 20_000, plan, [], first),
  );

  it('has seven days of 24 hours', () => {
    const days = daysOf(hours, first);
    expect(days.map((day) => day.hours.length)).toEqual([24, 24, 24, 24, 24, 24, 24]);
    expect(dayKey(days[6]?.startsAt ?? 0)).toBe('2026-11-30');
  });

  it('is walked with the arrows, past what is not free and not past the edge', () => {
    const at = (hour: number) => hours[hour] as Hour;
    expect(nextFree(hours, at(12), 'ArrowRight')).toBe(at(60));
    expect(nextFree(hours, at(35), 'ArrowDown')).toBe(at(37));
    expect(nextFree(hours, at(60), 'ArrowLeft')).toBe(at(12));
    expect(nextFree(hours, at(23), 'ArrowDown')).toBeUndefined();
    expect(nextFree(hours, at(0), 'ArrowUp')).toBeUndefined();
    expect(nextFree(hours, at(12), 'Enter')).toBeUndefined();
  });

  it('names what stands in a window’s way', () => {
    const eleven = first + 35 * hourMs;
    expect(obstacle(hours, eleven, hourMs)).toBeUndefined();
    expect(obstacle(hours, eleven, 2 * hourMs)?.startsAt).toBe(first + 36 * hourMs);
  });

  it('starts today when the URL says nothing sensible', () => {
    expect(dayKey(dayFromKey('yesterday', now))).toBe('2026-11-24');
    expect(dayKey(dayFromKey(undefined, now))).toBe('2026-11-24');
    expect(dayKey(dayFromKey('2026-12-01', now))).toBe('2026-12-01');
  });
});
