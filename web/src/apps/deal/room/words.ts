// What the waiting room says, from what the server says. Plain functions: no clock, no page.

import type { Phase, Position, Status } from '~/api/deal';
import { people } from '~/shared/format/number';
import { millis } from '~/shared/format/time';
import { codeOf } from '~/shared/problem';

/** Which of the room's screens is on. `inside` is the shop. */
export type Screen = 'before' | 'entered' | 'open' | 'waiting' | 'called' | 'inside' | 'soldOut' | 'closed';

/** A ticket decides; without one, the deal's phase does. */
export function screenOf(status: Pick<Status, 'phase' | 'soldOut'>, position: Position | null): Screen {
  if (position) return position.state === 'before' ? 'entered' : position.state;
  if (status.phase === 'closed') return 'closed';
  if (status.soldOut) return 'soldOut';
  const byPhase: Record<Exclude<Phase, 'closed'>, Screen> = { before: 'before', open: 'open' };
  return byPhase[status.phase];
}

const minuteSeconds = 60;
const hourMinutes = 60;

function minutesText(minutes: number): string {
  const hours = Math.floor(minutes / hourMinutes);
  const rest = minutes % hourMinutes;
  if (hours === 0) return `${minutes}분`;
  return rest === 0 ? `${hours}시간` : `${hours}시간 ${rest}분`;
}

/** A range is honest where a single figure would not be: `3분에서 5분쯤 기다려요`. Nothing where nobody knows. */
export function etaText(eta: Position['etaSeconds']): string | null {
  if (!eta) return null;
  const low = Math.floor(eta.low / minuteSeconds);
  const high = Math.max(1, Math.ceil(eta.high / minuteSeconds));
  if (high === 1) return '1분 안에 들어갈 수 있어요';
  if (low === 0) return `${minutesText(high)} 안에 들어갈 수 있어요`;
  if (low >= high) return `${minutesText(high)}쯤 기다려요`;
  return `${minutesText(low)}에서 ${minutesText(high)}쯤 기다려요`;
}

/** `앞에 3,210명`; nobody ahead is said in words. */
export const aheadText = (ahead: number): string =>
  ahead === 0 ? '다음이 내 차례예요' : `앞에 ${people(ahead)}`;

/** How much of the way is behind, of 1,000: from where the shopper began to the door. */
export function progress(startAhead: number, ahead: number): number {
  const start = Math.max(startAhead, ahead);
  return start === 0 ? 1_000 : Math.floor(((start - ahead) * 1_000) / start);
}

/** What a screen reader hears while waiting. */
export function spokenPosition(position: Position): string {
  const parts = [
    position.ahead === undefined ? '' : `${aheadText(position.ahead)}.`,
    etaText(position.etaSeconds)?.concat('.'),
    position.announcement,
  ];
  return parts.filter(Boolean).join(' ');
}

/** The tab's title: it is what one sees of us while one is elsewhere. */
export function tabTitle(screen: Screen, title: string, ahead?: number): string {
  if (screen === 'called') return `지금 입장하세요 · ${title}`;
  if (screen === 'waiting' && ahead !== undefined) return `${aheadText(ahead)} · ${title}`;
  return title;
}

/** What a called shopper is told under the heading: why the door is open, and what to do. */
export function calledText(isGuest: boolean, again: boolean): { title: string; text: string } {
  if (again)
    return {
      title: '입장 시간이 끝났어요',
      text: '한동안 움직임이 없어 자리를 내려놨어요. 자리가 남아 있으면 다시 들어갈 수 있어요.',
    };
  // No place is kept for a guest, so none is given away.
  if (isGuest)
    return {
      title: '바로 들어갈 수 있어요',
      text: '초대를 받아 기다리지 않고 먼저 들어갈 수 있어요. 자리가 없으면 다음에 나는 자리를 먼저 드려요.',
    };
  return {
    title: '들어갈 차례예요',
    text: '지금 입장해 주세요. 한동안 누르지 않으면 자리가 다음 분에게 가요.',
  };
}

const openDoor = ['들어갈 차례예요.', '초대를 받아 기다리지 않고 먼저 들어갈 수 있어요.'];

/** What stands in the way of a called shopper, where something does: that the door is open is said above. */
export const calledNews = (announcement: string | undefined): string | null =>
  announcement && !openDoor.includes(announcement) ? announcement : null;

/** Refusals that say that the ticket in this browser is worth nothing any more. */
export const isTicketGone = (error: unknown): boolean =>
  ['ticket_missing', 'ticket_invalid'].includes(codeOf(error));

/** Refusals of whoever may come in but finds no place: the next one that is free is kept for who keeps asking. */
export const isPlaceAwaited = (error: unknown): boolean =>
  ['place_taken_back', 'invitation_waits'].includes(codeOf(error));

/** The invitation is worth nothing, and the place in the line is kept: that is news, and no mistake of anyone's. */
export const isInvitationOver = (error: unknown): boolean =>
  ['invitation_spent', 'invitation_withdrawn'].includes(codeOf(error));

/** The deal has been taken down: its time is over, and nobody answers at its address any more. */
export const isTakenDown = (error: unknown, closesAt: string, now: number): boolean =>
  codeOf(error) === 'deal_not_running' && now >= millis(closesAt);
