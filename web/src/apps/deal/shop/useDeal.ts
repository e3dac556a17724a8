import { useEffect, useRef, useState } from 'react';
import { type Deal, runtime } from '~/api/deal';
import { usePoller } from '../usePoller';

/** How often the stock is looked at while one chooses. */
const stockEveryMs = 3_000;

/** What is for sale; anew every few seconds while `live`, else whenever `moment` becomes another. */
export function useDeal(live: boolean, moment: string | null): { deal: Deal | null; askNow: () => void } {
  const [deal, setDeal] = useState<Deal | null>(null);
  const { askNow } = usePoller({
    ask: async () => {
      setDeal(await runtime.deal());
      return live ? stockEveryMs : null;
    },
    refused: () => undefined,
  });
  const last = useRef(moment);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks when the moment changes, not when the function does
  useEffect(() => {
    if (last.current !== null && last.current !== moment) askNow();
    last.current = moment;
  }, [moment]);
  return { deal, askNow };
}
