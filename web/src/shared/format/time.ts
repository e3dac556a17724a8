// Instants and spans as people read them, always in Korean time. Instants come as RFC 3339 strings
// or milliseconds since the epoch; spans are milliseconds.

export type Instant = string | number | Date;

const zone = 'Asia/Seoul';
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const millis = (instant: Instant): number => new Date(instant).getTime();

const partsFormat = new Intl.DateTimeFormat('en-US', {
  timeZone: zone,
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
});

const weekdays: Record<string, string> = {
  Sun: '일',
  Mon: '월',
  Tue: '화',
  Wed: '수',
  Thu: '목',
  Fri: '금',
  Sat: '토',
};

export interface KoreanTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  weekday: string;
  hour: number;
  minute: number;
  second: number;
}

/** The clock on a wall in Seoul at that instant. */
export function koreanTime(instant: Instant): KoreanTime {
  const parts = Object.fromEntries(
    partsFormat.formatToParts(new Date(instant)).map((p) => [p.type, p.value]),
  );
  return {
    year: Number(parts.year),
    month: Number(parts.month),
    day: Number(parts.day),
    weekday: weekdays[parts.weekday ?? ''] ?? '',
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
  };
}

/** The instant at which a wall in Seoul shows that time, in milliseconds. Korea has no summer time. */
export function koreanInstant(
  year: number,
  month: number,
  dayOfMonth: number,
  hours = 0,
  minutes = 0,
): number {
  return Date.UTC(year, month - 1, dayOfMonth, hours, minutes) - 9 * hour;
}

/** Midnight in Seoul of the day that holds the instant. */
export function startOfKoreanDay(instant: Instant): number {
  const t = koreanTime(instant);
  return koreanInstant(t.year, t.month, t.day);
}

const sameDay = (a: KoreanTime, b: KoreanTime) => a.year === b.year && a.month === b.month && a.day === b.day;

function dayOf(t: KoreanTime, now: Instant): string {
  const year = t.year === koreanTime(now).year ? '' : `${t.year}년 `;
  return `${year}${t.month}월 ${t.day}일 (${t.weekday})`;
}

function clockOf(t: KoreanTime): string {
  const half = t.hour < 12 ? '오전' : '오후';
  return `${half} ${t.hour % 12 === 0 ? 12 : t.hour % 12}:${String(t.minute).padStart(2, '0')}`;
}

/** `11월 24일 (화)`; the year is named when it is not the current one. */
export const date = (instant: Instant, now: Instant = Date.now()): string => dayOf(koreanTime(instant), now);

/** `오전 10:00` */
export const clock = (instant: Instant): string => clockOf(koreanTime(instant));

/** `오전 10:00:05`, for logs of what happened when. */
export function clockWithSeconds(instant: Instant): string {
  const t = koreanTime(instant);
  return `${clockOf(t)}:${String(t.second).padStart(2, '0')}`;
}

/** `11월 24일 (화) 오전 10:00` */
export const dateTime = (instant: Instant, now: Instant = Date.now()): string =>
  `${date(instant, now)} ${clock(instant)}`;

/** The pieces of a span that must not break: `11월 24일 (화)` and `오전 10:00–11:00`, or both ends whole. */
export function spanParts(from: Instant, to: Instant, now: Instant = Date.now()): string[] {
  const a = koreanTime(from);
  const b = koreanTime(to);
  if (!sameDay(a, b)) return [`${dateTime(from, now)} –`, dateTime(to, now)];
  const sameHalf = a.hour < 12 === b.hour < 12;
  return [dayOf(a, now), `${clockOf(a)}–${sameHalf ? clockOf(b).slice(3) : clockOf(b)}`];
}

/** `11월 24일 (화) 오전 10:00–11:00`; whatever both ends share is said once. */
export const span = (from: Instant, to: Instant, now: Instant = Date.now()): string =>
  spanParts(from, to, now).join(' ');

/** `23분 10초`, `1시간 5분`, `2일 3시간`: the two largest units. Never negative. */
export function duration(spanMs: number): string {
  const left = Math.max(0, spanMs);
  const days = Math.floor(left / day);
  const hours = Math.floor((left % day) / hour);
  const minutes = Math.floor((left % hour) / minute);
  const seconds = Math.floor((left % minute) / second);
  if (days > 0) return hours > 0 ? `${days}일 ${hours}시간` : `${days}일`;
  if (hours > 0) return minutes > 0 ? `${hours}시간 ${minutes}분` : `${hours}시간`;
  if (minutes > 0) return seconds > 0 ? `${minutes}분 ${seconds}초` : `${minutes}분`;
  return `${seconds}초`;
}

/** `00:23:10`; from a day on, the days come in words before it. For places where the width must not change. */
export function digits(spanMs: number): string {
  const left = Math.max(0, spanMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const clockPart = [
    Math.floor((left % day) / hour),
    Math.floor((left % hour) / minute),
    Math.floor((left % minute) / second),
  ];
  const days = Math.floor(left / day);
  return `${days > 0 ? `${days}일 ` : ''}${clockPart.map(two).join(':')}`;
}
