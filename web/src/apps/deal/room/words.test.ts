import { describe, expect, it } from 'vitest';
import type { Position } from '~/api/deal';
import { ProblemError } from '~/shared/problem';
import {
  aheadText,
  calledNews,
  calledText,
  etaText,
  isInvitationOver,
  isTakenDown,
  isTicketGone,
  progress,
  screenOf,
  spokenPosition,
  tabTitle,
} from './words';

const position = (over: Partial<Position>): Position => ({
  state: 'waiting',
  entrant: 1,
  waiting: 10,
  pollAfterMs: 1_000,
  serverNow: '',
  ...over,
});

describe('the screen', () => {
  it.each([
    ['before', false, null, 'before'],
    ['open', false, null, 'open'],
    ['open', true, null, 'soldOut'],
    ['closed', true, null, 'closed'],
    ['before', false, 'before', 'entered'],
    ['open', false, 'waiting', 'waiting'],
    ['open', true, 'inside', 'inside'],
    ['closed', false, 'soldOut', 'soldOut'],
  ] as const)('%s, sold out %s, ticket %s: %s', (phase, soldOut, state, expected) => {
    expect(screenOf({ phase, soldOut }, state && position({ state }))).toBe(expected);
  });
});

it.each([
  [undefined, null],
  [{ low: 0, high: 0 }, '1분 안에 들어갈 수 있어요'],
  [{ low: 5, high: 60 }, '1분 안에 들어갈 수 있어요'],
  [{ low: 30, high: 61 }, '2분 안에 들어갈 수 있어요'],
  [{ low: 180, high: 290 }, '3분에서 5분쯤 기다려요'],
  [{ low: 300, high: 300 }, '5분쯤 기다려요'],
  [{ low: 3_600, high: 5_400 }, '1시간에서 1시간 30분쯤 기다려요'],
])('%o is spoken as %s', (eta, expected) => {
  expect(etaText(eta)).toBe(expected);
});

it('says how many are ahead', () => {
  expect(aheadText(3_210)).toBe('앞에 3,210명');
  expect(aheadText(0)).toBe('다음이 내 차례예요');
});

it.each([
  [100, 100, 0],
  [100, 25, 750],
  [100, 0, 1_000],
  [0, 0, 1_000],
  [10, 40, 0],
])('from %d ahead to %d: %d of 1,000', (start, ahead, expected) => {
  expect(progress(start, ahead)).toBe(expected);
});

it('speaks in one breath', () => {
  expect(
    spokenPosition(
      position({ ahead: 12, etaSeconds: { low: 5, high: 50 }, announcement: '차례가 곧 와요.' }),
    ),
  ).toBe('앞에 12명. 1분 안에 들어갈 수 있어요. 차례가 곧 와요.');
});

it('tells a guest of the invitation, and whoever was called of the time', () => {
  expect(calledText(true, false).text).toContain('초대');
  expect(calledText(true, false).text).not.toContain('다음 분에게');
  expect(calledText(false, false).text).toContain('다음 분에게');
  expect(calledText(true, true).title).toBe('입장 시간이 끝났어요');
});

it.each([
  [undefined, null],
  ['들어갈 차례예요.', null],
  ['초대를 받아 기다리지 않고 먼저 들어갈 수 있어요.', null],
  ['판매자가 입장을 잠시 멈췄어요. 순서는 그대로예요.', '판매자가 입장을 잠시 멈췄어요. 순서는 그대로예요.'],
])('of %s it says %s beside the button', (announcement, expected) => {
  expect(calledNews(announcement)).toBe(expected);
});

it('names the tab', () => {
  expect(tabTitle('called', '원두')).toBe('지금 입장하세요 · 원두');
  expect(tabTitle('waiting', '원두', 7)).toBe('앞에 7명 · 원두');
  expect(tabTitle('before', '원두')).toBe('원두');
});

it('tells refusals apart', () => {
  const refusal = (code: string) => new ProblemError({ status: 403, code, detail: '' });
  expect(isTicketGone(refusal('ticket_invalid'))).toBe(true);
  expect(isTicketGone(refusal('not_called'))).toBe(false);
  expect(isInvitationOver(refusal('invitation_withdrawn'))).toBe(true);
  expect(isInvitationOver(refusal('invitation_waits'))).toBe(false);
});

it('knows a deal that has been taken down from one that has not come up', () => {
  const closesAt = '2026-11-24T02:00:00Z';
  const gone = new ProblemError({ status: 503, code: 'deal_not_running', detail: '' });
  const away = new ProblemError({ status: 503, code: 'store_unavailable', detail: '' });
  expect(isTakenDown(gone, closesAt, Date.parse(closesAt))).toBe(true);
  expect(isTakenDown(gone, closesAt, Date.parse(closesAt) - 1)).toBe(false);
  expect(isTakenDown(away, closesAt, Date.parse(closesAt))).toBe(false);
});
