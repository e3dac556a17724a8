import { useEffect, useRef, useState } from 'react';
import { type Position, runtime, type Status } from '~/api/deal';
import { serverNow } from '~/shared/clock';
import { codeOf } from '~/shared/problem';
import { wordsFor } from '~/shared/words/errors';
import { rememberPromise } from '../draw/promise';
import { forget, randomHex, recall, remember } from '../memory';
import { enterWithProof } from '../proof/prove';
import { usePoller } from '../usePoller';
import { useStream } from './useStream';
import { isInvitationOver, isPlaceAwaited, isTakenDown, isTicketGone, type Screen, screenOf } from './words';

/** Set before one leaves to sign in: whoever comes back wanted a place. */
const wantsToEnterKey = 'ddib.wantsToEnter';

/** The server keeps the next free place for who has asked within ten seconds. */
const claimAgainMs = 3_000;

export type Doing = 'enter' | 'prove' | 'claim' | 'leave';

export interface Room {
  /** `null` until the first answer. */
  screen: Screen | null;
  status: Status | null;
  position: Position | null;
  /** Until when the place inside is held, once known. */
  insideUntil: string | null;
  doing: Doing | null;
  /** Why the last press came to nothing, in words. */
  problem: string | null;
  /** What has come about without a press, in words. */
  news: string | null;
  /** How often in a row nobody has answered, and with what. */
  failures: number;
  error: unknown;
  enter: () => void;
  /** Gives up working for a place. */
  stopProving: () => void;
  claim: () => void;
  /** Whether every place inside is taken, and this page asks for the next one by itself. */
  awaitsPlace: boolean;
  leave: () => void;
  /** Whether the shopper is being asked whether to leave; whatever else comes about meanwhile. */
  asksToLeave: boolean;
  askToLeave: (asks: boolean) => void;
  /** The place inside is not to be had any longer. */
  lost: (refusal: unknown) => void;
  askNow: () => void;
}

/** Leaves for the sign-in and comes back to this very page. */
export function signIn(signInUrl: string): void {
  location.assign(`${signInUrl}?returnTo=${encodeURIComponent(location.href)}`);
}

/** Whoever stops working for a place knows why. */
const isGivenUp = (refusal: unknown) => refusal instanceof DOMException && refusal.name === 'AbortError';

/** Everything that the room's screens know and do. The server decides; this follows. */
export function useRoom(): Room {
  const [status, setStatus] = useState<Status | null>(null);
  const [position, setPosition] = useState<Position | null>(null);
  const [insideUntil, setInsideUntil] = useState<string | null>(null);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [news, setNews] = useState<string | null>(null);
  const [awaitsPlace, setAwaitsPlace] = useState(false);
  const [asksToLeave, askToLeave] = useState(false);
  // Between two renderings a second press would still see the old state.
  const busy = useRef(false);
  const proving = useRef<AbortController | null>(null);
  // Whether this browser has a ticket is the server's to know: the cookie cannot be read here.
  const ticket = useRef<'unknown' | 'yes' | 'no'>('unknown');
  const seen = useRef<{ status: Status | null; state: Position['state'] | null }>({
    status: null,
    state: null,
  });

  const loadStatus = async (): Promise<Status> => {
    const next = await runtime.status();
    seen.current.status = next;
    rememberPromise(next);
    setStatus(next);
    return next;
  };

  const loadPosition = async (): Promise<Position | null> => {
    try {
      const next = await runtime.position();
      ticket.current = 'yes';
      return next;
    } catch (refusal) {
      if (!isTicketGone(refusal)) throw refusal;
      if (ticket.current === 'yes')
        setNews('구매를 마쳤거나 다른 곳에서 순서를 새로 받아 이 대기 순서는 끝났어요.');
      ticket.current = 'no';
      return null;
    }
  };

  /** What a ticket says, and the deal's status where that has become another. */
  const follow = async (next: Position | null): Promise<number | null> => {
    const turned = next?.state !== seen.current.state;
    seen.current.state = next?.state ?? null;
    const known = next && !turned ? seen.current.status : null;
    const current = known ?? (await loadStatus());
    setPosition(next);
    return next?.pollAfterMs ?? current.pollAfterMs;
  };

  const stream = useStream({
    told: setPosition,
    ask: () => askNow(),
    isTurn: (next) => next.state !== seen.current.state,
  });

  const { failures, error, askNow } = usePoller({
    ask: async () => {
      const next = ticket.current === 'no' ? null : await loadPosition();
      const wait = await follow(next);
      if (next?.stream) stream.open();
      else stream.close();
      return stream.isOpen ? null : wait;
    },
    refused: (refusal) => setProblem(wordsFor(refusal)),
  });

  /** One thing at a time; what it changes is asked for at once. */
  const doOnce = async (what: Doing, act: () => Promise<void>) => {
    if (busy.current) return;
    busy.current = true;
    setDoing(what);
    setProblem(null);
    setNews(null);
    try {
      await act();
    } catch (refusal) {
      if (isTicketGone(refusal)) ticket.current = 'no';
      // Still ahead of the door by a moment: the next look tells.
      const isNoProblem = codeOf(refusal) === 'not_called' || isPlaceAwaited(refusal) || isGivenUp(refusal);
      if (isInvitationOver(refusal)) setNews(wordsFor(refusal));
      else if (!isNoProblem) setProblem(wordsFor(refusal));
    } finally {
      busy.current = false;
      setDoing(null);
      askNow();
    }
  };

  /** A place, with as much work as the deal demands. */
  const takePlace = async (): Promise<Position> => {
    const nonce = randomHex();
    try {
      if (!seen.current.status?.proofOfWork) return await runtime.enter(nonce);
    } catch (refusal) {
      // It was switched on a moment ago.
      if (codeOf(refusal) !== 'proof_required') throw refusal;
    }
    setDoing('prove');
    proving.current = new AbortController();
    try {
      return await enterWithProof(nonce, proving.current.signal);
    } catch (refusal) {
      // It was switched off a moment ago.
      if (codeOf(refusal) !== 'proof_unneeded') throw refusal;
      return await runtime.enter(nonce);
    }
  };

  const enter = () =>
    doOnce('enter', async () => {
      const returning = recall<boolean>('session', wantsToEnterKey) ?? false;
      forget('session', wantsToEnterKey);
      try {
        const next = await takePlace();
        ticket.current = 'yes';
        setPosition(next);
      } catch (refusal) {
        const url = seen.current.status?.signInUrl;
        if (codeOf(refusal) !== 'not_signed_in' || returning || !url) throw refusal;
        remember('session', wantsToEnterKey, true);
        signIn(url);
      }
    });

  const claim = () =>
    doOnce('claim', async () => {
      try {
        setInsideUntil((await runtime.pass()).expiresAt);
        setAwaitsPlace(false);
      } catch (refusal) {
        setAwaitsPlace(isPlaceAwaited(refusal));
        throw refusal;
      }
    });

  const leave = () =>
    doOnce('leave', async () => {
      await runtime.leave();
      ticket.current = 'no';
      setInsideUntil(null);
      setPosition(null);
    });

  /** Paying gives the place back at once. Then the cookies are worth nothing, and `leave` forgets them. */
  const lost = async (refusal: unknown) => {
    setInsideUntil(null);
    if (isTicketGone(refusal) && ticket.current === 'yes') {
      ticket.current = 'no';
      setPosition(null);
      setNews('입장이 끝나 자리를 다음 분에게 드렸어요. 더 사려면 대기 순서를 다시 받아 주세요.');
      await runtime.leave().catch(() => undefined);
    }
    askNow();
  };

  const ready = status !== null;
  const latestEnter = useRef(enter);
  latestEnter.current = enter;
  useEffect(() => {
    if (ready && recall<boolean>('session', wantsToEnterKey)) void latestEnter.current();
  }, [ready]);

  const latestClaim = useRef(claim);
  latestClaim.current = claim;
  const isCalled = position?.state === 'called';
  useEffect(() => {
    if (!isCalled) setAwaitsPlace(false);
    if (!isCalled || !awaitsPlace || doing) return;
    const timer = setTimeout(() => void latestClaim.current(), claimAgainMs);
    return () => clearTimeout(timer);
  }, [isCalled, awaitsPlace, doing]);

  useEffect(() => () => proving.current?.abort(), []);

  const takenDown = status !== null && isTakenDown(error, status.closesAt, serverNow());
  const screen = status && (takenDown ? 'closed' : screenOf(status, position));

  return {
    screen,
    status,
    position,
    insideUntil,
    doing,
    problem,
    news,
    failures: takenDown ? 0 : failures,
    error,
    enter: () => void enter(),
    stopProving: () => proving.current?.abort(),
    claim: () => void claim(),
    awaitsPlace,
    leave: () => void leave(),
    asksToLeave,
    askToLeave,
    lost: (refusal) => void lost(refusal),
    askNow,
  };
}
