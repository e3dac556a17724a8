import { beforeEach, describe, expect, it, vi } from 'vitest';

// The module remembers what it has seen, so every test gets its own.
let clock: typeof import('./clock');
const at = (ms: number) => vi.setSystemTime(ms);

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  clock = await import('./clock');
});

describe("the server's clock", () => {
  it('is followed however wrong the device is', () => {
    at(1_000_000);
    clock.observeServerTime(5_000_050, 999_900, 1_000_000);
    expect(clock.serverNow()).toBe(5_000_100);
  });

  it('is taken from the quickest reply', () => {
    at(1_000_000);
    clock.observeServerTime(2_000_000, 999_980, 1_000_000);
    clock.observeServerTime(2_000_400, 1_000_000, 1_002_000);
    expect(clock.serverNow()).toBe(2_000_010);
    clock.observeServerTime(2_000_300, 1_000_290, 1_000_300);
    expect(clock.serverNow()).toBe(2_000_005);
  });

  it('does not go back to a reply that a cache has kept', () => {
    at(1_000_000);
    clock.observeServerTime(2_000_000, 999_980, 1_000_000);
    clock.observeServerTime(2_000_100, 1_000_990, 1_001_020);
    expect(clock.serverNow()).toBe(2_000_010);
  });

  it('is found again when the device is set anew', () => {
    at(1_000_000);
    clock.observeServerTime(2_000_000, 999_990, 1_000_000);
    at(50_000_000);
    clock.observeServerTime(2_001_000, 49_999_600, 50_000_000);
    expect(clock.serverNow()).toBe(2_001_200);
  });

  it('ignores what is no time', () => {
    at(1_000_000);
    clock.observeServerTime(Number.NaN, 0, 1);
    clock.observeServerTime(5, 1_000, 900);
    expect(clock.serverNow()).toBe(1_000_000);
  });
});
