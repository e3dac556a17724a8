import { type Instant, millis } from '~/shared/format/time';

const hourMs = 3_600_000;

/** The fee as the control plane reckons it: the plan's price for each hour begun. Won. */
export function rentalFee(feePerHour: number, opensAt: Instant, closesAt: Instant): number {
  return feePerHour * Math.ceil(Math.max(0, millis(closesAt) - millis(opensAt)) / hourMs);
}
