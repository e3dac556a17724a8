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

let renewal: Promise<boolean> | null = null;

/** Rotates the session once, however many requests found it run out at the same moment. */
function renew(): Promise<boolean> {
  renewal ??= reach(new Request(new URL('/api/v1/auth/refresh', location.origin), { method: 'POST' }))
    .then((response) => response.ok)
    .finally(() => {
      renewal = null;
    });
  return renewal;
}

/** A `fetch` that renews a session that has run out, once. */
export async function transport(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await reach(request);
  if (response.status !== 401) return response;
  return (await renew()) ? reach(again) : response;
}
