import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '~/shared/problem';
import { take } from './take';
import { transport } from './transport';

const origin = 'http://bidd.localhost:8080';
const ask = (path: string, init?: RequestInit) => transport(new Request(`${origin}/api/v1${path}`, init));
/** As openapi-fetch does it. */
const answer = async (sent: Promise<Response>) => {
  const response = await sent;
  const text = await response.text();
  let body: unknown = text;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    // What is no JSON stays text.
  }
  return response.ok ? { data: body, response } : { error: body, response };
};

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

let server: (request: Request) => Response | Promise<Response>;
let seen: string[];

beforeEach(() => {
  seen = [];
  const stored = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  vi.stubGlobal('location', new URL(origin));
  vi.stubGlobal('fetch', async (request: Request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname}`);
    return server(request);
  });
});

afterEach(() => vi.unstubAllGlobals());

describe('a session that has run out', () => {
  it('is renewed once, and the request is sent again with its body', async () => {
    let renewed = false;
    server = async (request) => {
      if (request.url.endsWith('/auth/refresh')) {
        renewed = true;
        return new Response(null, { status: 204 });
      }
      return renewed ? json(200, await request.json()) : json(401, { code: 'not_signed_in' });
    };
    const sent = ask('/companies', { method: 'POST', body: '{"name":"한소라 니트"}' });
    expect(await take(answer(sent))).toEqual({ name: '한소라 니트' });
    expect(seen).toEqual(['POST /api/v1/companies', 'POST /api/v1/auth/refresh', 'POST /api/v1/companies']);
  });

  it('is renewed once for all who found it so at the same time', async () => {
    let renewed = false;
    server = async (request) => {
      if (!request.url.endsWith('/auth/refresh')) return renewed ? json(200, 1) : json(401, {});
      await new Promise((resolve) => setTimeout(resolve, 5));
      renewed = true;
      return new Response(null, { status: 204 });
    };
    const responses = await Promise.all(['/me', '/plans', '/calendar'].map((path) => ask(path)));
    expect(responses.map((response) => response.status)).toEqual([200, 200, 200]);
    expect(seen.filter((line) => line.endsWith('/auth/refresh'))).toHaveLength(1);
  });

  it('is not renewed again where another tab has just done it', async () => {
    let asked = 0;
    server = () => {
      asked += 1;
      localStorage.setItem('session.renewedAt', String(Date.now() + 1));
      return asked === 1 ? json(401, {}) : json(200, 1);
    };
    expect((await ask('/me')).status).toBe(200);
    expect(seen).toEqual(['GET /api/v1/me', 'GET /api/v1/me']);
  });

  it('stays out where it cannot be renewed', async () => {
    server = () => json(401, { status: 401, code: 'not_signed_in', detail: '로그인해 주세요.' });
    const refusal = take(answer(ask('/me')));
    await expect(refusal).rejects.toMatchObject({ problem: { status: 401, code: 'not_signed_in' } });
    expect(seen).toEqual(['GET /api/v1/me', 'POST /api/v1/auth/refresh']);
  });
});

describe('what went wrong', () => {
  it('is said with its fields', async () => {
    const errors = [{ field: 'slug', code: 'slug_taken', detail: '이미 쓰고 있는 주소예요.' }];
    server = () => json(422, { status: 422, code: 'invalid_input', detail: '확인해 주세요.', errors });
    await expect(take(answer(ask('/companies')))).rejects.toMatchObject({
      problem: { status: 422, code: 'invalid_input', errors },
    });
  });

  it('has a code where something in between answered with a page', async () => {
    server = () => new Response('<html>Bad Gateway</html>', { status: 502 });
    await expect(take(answer(ask('/me')))).rejects.toMatchObject({ code: 'http_502' });
  });

  it('has a code where nobody answered', async () => {
    server = () => {
      throw new TypeError('Failed to fetch');
    };
    await expect(ask('/me')).rejects.toBeInstanceOf(ProblemError);
    await expect(ask('/me')).rejects.toMatchObject({ code: 'offline' });
  });

  it('is nothing where there is nothing to say', async () => {
    server = () => new Response(null, { status: 204 });
    expect(await take(answer(ask('/auth/sign-out', { method: 'POST' })))).toBeUndefined();
  });
});
