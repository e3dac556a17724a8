import { describe, expect, it } from 'vitest';
import { historyMs, type Moment, remember, samplesOf } from './history';

const figures = (waiting: number) => ({ waiting, inside: 0, admitted: 0, sold: 0, revenue: 0 });

describe('the last ten minutes', () => {
  it('keeps order, forgets what is old and takes no moment twice', () => {
    let moments: readonly Moment[] = [];
    for (const at of [0, 2_000, 2_000, 1_000, historyMs + 1_000])
      moments = remember(moments, { at, figures: figures(at) });
    expect(samplesOf(moments, 'waiting')).toEqual([
      { at: 2_000, value: 2_000 },
      { at: historyMs + 1_000, value: historyMs + 1_000 },
    ]);
  });
});
