// The delivery form's rules, the same as the server's, so that most mistakes are told before asking.

import type { Delivery } from '~/api/deal';
import type { FieldProblem } from '~/shared/problem';

export type DeliveryErrors = Partial<Record<keyof Delivery, string>>;

export const emptyDelivery: Delivery = {
  recipient: '',
  phone: '',
  postcode: '',
  line1: '',
  line2: '',
  note: '',
};

export const charsMax: Record<keyof Delivery, number> = {
  recipient: 40,
  phone: 20,
  postcode: 5,
  line1: 100,
  line2: 100,
  note: 100,
};

/** Mobile, safe, internet and area numbers, with or without the country's own code. */
const phoneForm =
  /^(?:\+82-?\(?0?\)?|0)(?:10\d{8}|1[16-9]\d{7,8}|50\d{8,9}|[78]0\d{7,8}|2\d{7,8}|[3-6]\d\d{7,8})$/;

export const isPhone = (typed: string): boolean => phoneForm.test(typed.replace(/[\s.()-]/g, ''));

/** What is wrong with which field, in the order of the form. */
export function check(delivery: Delivery): DeliveryErrors {
  const errors: DeliveryErrors = {};
  if (!delivery.recipient.trim()) errors.recipient = '받는 분의 이름을 적어 주세요.';
  if (!isPhone(delivery.phone)) errors.phone = '전화번호를 확인해 주세요. 예: 010-1234-5678';
  if (!/^\d{5}$/.test(delivery.postcode.trim())) errors.postcode = '우편번호 다섯 자리를 적어 주세요.';
  if (!delivery.line1.trim()) errors.line1 = '주소를 적어 주세요.';
  return errors;
}

/** What the server found wrong, by field. */
export function errorsOf(problems: readonly FieldProblem[]): DeliveryErrors {
  const own = problems.filter((one) => one.field.startsWith('delivery.'));
  return Object.fromEntries(own.map((one) => [one.field.slice('delivery.'.length), one.detail]));
}

/** `01012345678` -> `010-1234-5678` as it is typed; what is no such number stays as it is. */
export function phoneAsTyped(typed: string): string {
  const digits = typed.replace(/\D/g, '');
  if (!/^01\d/.test(digits) || typed.trim().startsWith('+')) return typed;
  const groups = [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7, 11)];
  return groups.filter(Boolean).join('-');
}

export const addressLine = (delivery: Delivery): string =>
  [`(${delivery.postcode})`, delivery.line1, delivery.line2].filter(Boolean).join(' ');
