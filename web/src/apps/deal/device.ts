/** Whether the payment app is on this very device. */
export const isPhone = (): boolean =>
  matchMedia('(pointer: coarse)').matches && /Android|iPhone|iPad|Mobile/i.test(navigator.userAgent);
