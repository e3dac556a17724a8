// What a company pastes to withdraw links, and what it is told of it.

import type { WithdrawnGuestLinks } from '~/api/types';
import { pieces } from '~/shared/format/number';

/** A line each, without blanks around and without empty ones. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What withdrawing came to, in words. */
export function withdrawnWords({ withdrawn, used }: WithdrawnGuestLinks): string {
  if (withdrawn === 0)
    return used > 0 ? '이미 쓴 링크예요. 들어온 손님은 그대로 있어요.' : '이미 거둔 링크예요.';
  const rest = used > 0 ? ` ${pieces(used)}는 이미 쓴 링크라 그대로예요.` : '';
  return `초대 링크 ${pieces(withdrawn)}를 거뒀어요.${rest}`;
}
