import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Position } from '~/api/deal';
import { PositionStream, type Source } from './stream';

class FakeSource implements Source {
  readonly listeners = new Map<string, (event: { data?: unknown }) => void>();
  isClosed = false;
  addEventListener(type: string, listener: (event: { data?: unknown }) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.isClosed = true;
  }
  say(position: Partial<Position>) {
    this.listeners.get('position')?.({ data: JSON.stringify(position) });
  }
  fail() {
    this.listeners.get('error')?.({});
  }
}

const sources: FakeSource[] = [];
const told: Position[] = [];
const lost = vi.fn();
let stream: PositionStream;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  sources.length = 0;
  told.length = 0;
  lost.mockReset();
  stream = new PositionStream({
    open: () => {
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
    told: (position) => told.push(position),
    lost,
  });
});

afterEach(() => void vi.useRealTimers());

test('one stream is open at a time, and tells what it hears', () => {
  stream.open();
  stream.open();
  expect(sources).toHaveLength(1);
  sources[0]?.say({ ahead: 3 });
  expect(told).toEqual([{ ahead: 3 }]);
  expect(stream.isOpen).toBe(true);
});

test('a failure is said once, and not tried again at once', () => {
  stream.open();
  sources[0]?.fail();
  sources[0]?.fail();
  expect(lost).toHaveBeenCalledTimes(1);
  expect(sources[0]?.isClosed).toBe(true);
  stream.open();
  expect(sources).toHaveLength(1);
  vi.advanceTimersByTime(5_000);
  stream.open();
  expect(sources).toHaveLength(2);
  sources[1]?.fail();
  vi.advanceTimersByTime(9_999);
  stream.open();
  expect(sources).toHaveLength(2);
  vi.advanceTimersByTime(1);
  stream.open();
  expect(sources).toHaveLength(3);
});

test('silence is a failure, news is none', () => {
  stream.open();
  vi.advanceTimersByTime(24_000);
  sources[0]?.say({ ahead: 3 });
  vi.advanceTimersByTime(24_000);
  expect(lost).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(lost).toHaveBeenCalledTimes(1);
});

test('what was closed on purpose says nothing more', () => {
  stream.open();
  stream.close();
  sources[0]?.say({ ahead: 3 });
  sources[0]?.fail();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
  expect(lost).not.toHaveBeenCalled();
  stream.open();
  expect(sources).toHaveLength(2);
});
