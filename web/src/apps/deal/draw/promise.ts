// What was promised before a draw, as this browser saw it: what is published afterwards is held against it.

import type { Status } from '~/api/deal';
import { recall, remember } from '../memory';

const key = 'ddib.commitment';

interface Promised {
  deal: string;
  commitment: string;
}

/** The first one seen stays: one that is changed later is what this is for. */
export function rememberPromise({ deal, commitment, prequeue, phase }: Status): void {
  if (prequeue !== 'draw' || phase !== 'before' || promised(deal) !== null) return;
  remember('local', key, { deal, commitment } satisfies Promised);
}

/** The commitment that was seen before the draw of this deal; `null` where this browser saw none. */
export function promised(deal: string): string | null {
  const known = recall<Promised>('local', key);
  return known?.deal === deal ? known.commitment : null;
}
