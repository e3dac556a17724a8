// Numbers that identify someone, as they are written in Korea.

/** `1234567891` or `123-45-67891` -> `123-45-67891`; anything else stays as it is. */
export function businessNumber(value: string): string {
  const digits = value.replace(/\D/g, '');
  return digits.length === 10 ? `${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}` : value;
}

/** `+821012345678` -> `010-1234-5678`; a foreign or unknown form stays as it is. */
export function phone(value: string): string {
  const digits = value.replace(/[^\d+]/g, '').replace(/^\+82/, '0');
  const area = digits.startsWith('02') ? 2 : 3;
  const middle = digits.length - area - 4;
  if (!/^0\d+$/.test(digits) || middle < 3 || middle > 4) return value;
  return `${digits.slice(0, area)}-${digits.slice(area, area + middle)}-${digits.slice(area + middle)}`;
}

/** What a person types as a phone number, as E.164: `010-1234-5678` -> `+821012345678`. */
export function phoneToE164(value: string): string {
  const digits = value.replace(/[^\d+]/g, '');
  return digits.startsWith('0') ? `+82${digits.slice(1)}` : digits;
}

/** Whether the check digit of a business number is right. It does not prove that the business is open. */
export function businessNumberHolds(value: string): boolean {
  const digits = value.replace(/\D/g, '');
  if (digits.length !== 10 || /^0+$/.test(digits)) return false;
  const d = [...digits].map(Number) as number[];
  const weights = [1, 3, 7, 1, 3, 7, 1, 3, 5];
  const sum =
    weights.reduce((total, weight, i) => total + weight * (d[i] ?? 0), 0) +
    Math.floor((5 * (d[8] ?? 0)) / 10);
  return (10 - (sum % 10)) % 10 === d[9];
}
