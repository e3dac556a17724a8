// How a request travels: with a deadline, with the session renewed once when it has run out, and with
// every failure turned into a ProblemError. Nothing above this file sees a status code by accident.

import { observeCoarseServerTime } from '~/shared/clock';
import { ProblemError } from '~/shared/problem';

const deadlineMs = 20_000;
const uploadDeadlineMs = 60_000;

async function reach(request: Request): Promise<Response> {
  const upload = request.headers.get('content-type')?.startsWith('multipart/') ?? false;
  try {
    const response = await fetch(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(upload ? uploadDeadlineMs : deadlineMs)]),
    });
    observeCoarseServerTime(response.headers.get('date'));
    return response;
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new ProblemError({ status: 0, code: late ? 'timeout' : 'offline', detail: '' });
  }
}

const renewedKey = 'session.renewedAt';

/** One tab at a time: a rotating token that two tabs use at once looks stolen, and ends the session. */
async function oneTabAtATime(work: () => Promise<boolean>): Promise<boolean> {
  return globalThis.navigator?.locks ? await navigator.locks.request('session', work) : await work();
}

async function rotate(sentAtMs: number): Promise<boolean> {
  // While this tab waited for its turn, another one may have done it.
  if (Number(localStorage.getItem(renewedKey)) > sentAtMs) return true;
  const response = await reach(
    new Request(new URL('/api/v1/auth/refresh', location.origin), { method: 'POST' }),
  );
  if (response.ok) localStorage.setItem(renewedKey, String(Date.now()));
  return response.ok;
}

let renewal: Promise<boolean> | null = null;

/** Renews the session once, however many requests, in however many tabs, found it run out. */
function renew(sentAtMs: number): Promise<boolean> {
  renewal ??= oneTabAtATime(() => rotate(sentAtMs)).finally(() => {
    renewal = null;
  });
  return renewal;
}

/** A `fetch` that renews a session that has run out, once. */
export async function transport(request: Request): Promise<Response> {
  const again = request.clone();
  const sentAtMs = Date.now();
  const response = await reach(request);
  if (response.status !== 401) return response;
  return (await renew(sentAtMs)) ? reach(again) : response;
}
