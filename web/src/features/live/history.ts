import { useEffect, useState } from 'react';
import type { Figures } from '~/api/types';
import type { Sample } from '~/shared/ui/Sparkline';

export const historyMs = 600_000;

export interface Moment {
  at: number;
  figures: Figures;
}

/** Kept outside of the component: looking at another tab of the page must not empty the charts. */
const memory = new Map<string, Moment[]>();

/** Adds a moment and forgets what is older than ten minutes. A moment seen before changes nothing. */
export function remember(moments: readonly Moment[], moment: Moment): readonly Moment[] {
  const last = moments.at(-1);
  if (last && last.at >= moment.at) return moments;
  return [...moments.filter((one) => one.at > moment.at - historyMs), moment];
}

/** The figures of the last ten minutes, as far as this page has seen them. */
export function useHistory(rental: string, figures: Figures, at: number): readonly Moment[] {
  const [moments, setMoments] = useState<readonly Moment[]>(() => memory.get(rental) ?? []);
  useEffect(() => {
    setMoments((current) => {
      const next = remember(current, { at, figures });
      memory.set(rental, [...next]);
      return next;
    });
  }, [rental, figures, at]);
  return moments;
}

export const samplesOf = (moments: readonly Moment[], figure: keyof Figures): Sample[] =>
  moments.map((moment) => ({ at: moment.at, value: moment.figures[figure] }));
