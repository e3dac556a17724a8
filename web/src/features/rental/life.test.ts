import { describe, expect, it } from 'vitest';
import type { Rental, RentalState } from '~/api/types';
import { lookAgainMs, rentalFee, viewsOf } from './life';

describe('the fee', () => {
  it.each([
    [0, 0],
    [1, 50_000],
    [3_600, 50_000],
    [3_601, 100_000],
    [86_400, 1_200_000],
    [-3_600, 0],
  ])('of %d seconds is %d won: every hour begun is paid', (seconds, fee) => {
    expect(rentalFee(50_000, 0, seconds * 1_000)).toBe(fee);
  });
});

describe('a rental', () => {
  it('shows first what matters most in its state', () => {
    const first = (state: RentalState) => viewsOf({ state })[0];
    expect(first('awaitingPayment')).toBe('overview');
    expect(first('running')).toBe('live');
    expect(first('completed')).toBe('settlement');
    expect(first('missed')).toBe('overview');
  });

  it('is looked at again the sooner the more can happen', () => {
    const opensAt = '2026-11-24T01:00:00Z';
    const opens = Date.parse(opensAt);
    const every = (state: RentalState, nowMs: number, phase?: string) =>
      lookAgainMs({ state, opensAt, deal: phase ? ({ phase } as Rental['deal']) : null }, nowMs);
    expect(every('scheduled', opens - 3_600_000)).toBe(30_000);
    expect(every('scheduled', opens - 60_000)).toBe(2_000);
    expect(every('running', opens)).toBe(2_000);
    expect(every('completed', opens, 'TearingDown')).toBe(3_000);
    expect(every('completed', opens, 'Completed')).toBe(60_000);
  });
});
