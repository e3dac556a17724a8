// Numbers as people read them. Money is an integer of won; it is never divided here.

const grouped = new Intl.NumberFormat('ko-KR', { maximumFractionDigits: 0 });

/** Without a sign before a zero. */
export const number = (value: number): string => grouped.format(value === 0 ? 0 : value);

/** `1,234,000원` */
export const won = (value: number): string => `${number(value)}원`;

/** `3,210명` */
export const people = (value: number): string => `${number(value)}명`;

/** `120개` */
export const pieces = (value: number): string => `${number(value)}개`;

/** `1,204건` */
export const cases = (value: number): string => `${number(value)}건`;

/** Whole percents. Without a whole there is no share: `0%`. */
export function percent(part: number, whole: number): string {
  return `${whole > 0 ? Math.floor((part * 100) / whole) : 0}%`;
}

/** By how much `price` is below `listPrice`, rounded down so that no discount is overstated. */
export function discountPercent(listPrice: number, price: number): number {
  return listPrice > price ? Math.floor(((listPrice - price) * 100) / listPrice) : 0;
}

/** A short form for narrow places: `8,000` up to 9,999, then `1.2만`. */
export function short(value: number): string {
  if (value < 10_000) return number(value);
  const tenths = Math.floor(value / 1_000);
  return tenths % 10 === 0 || tenths >= 1_000 ? `${number(Math.floor(tenths / 10))}만` : `${tenths / 10}만`;
}
