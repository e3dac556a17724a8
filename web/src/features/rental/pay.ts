import type { PaymentRedirect } from '~/api/types';

/** Leaves for the payment page that fits the device; the way back leads to the rental. */
export function goPay(redirect: PaymentRedirect): void {
  const phone = matchMedia('(max-width: 767px) and (pointer: coarse)').matches;
  location.assign(phone ? redirect.mobile : redirect.pc);
}
