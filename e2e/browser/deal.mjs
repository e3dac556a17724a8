// One deal alone: the real runtime on a Redis of its own, told when its doors open, with shoppers who
// are signed in already. For what would take too long to bring about on the whole platform.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const startMs = 60_000;
const issuer = 'http://ddib.localhost:1';
const name = 'shop-20261124-1000';
const product = '00000000-0000-4000-8000-00000000a001';

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function signer() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'EdDSA', kid: 'browser' };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (claims) => {
    const head = part({ typ: 'JWT', alg: 'EdDSA', kid: jwk.kid });
    const text = `${head}.${part({ iss: issuer, ...claims })}`;
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const token = (n) => {
    const sub = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const iat = Math.floor(Date.now() / 1_000);
    return signed({ aud: 'deals', sub, name: '박지민', iat, exp: iat + 3_600 });
  };
  const guest = (number) =>
    signed({ aud: 'guests', deal: name, number, exp: Math.floor(Date.now() / 1_000) + 3_600 });
  return { jwks: { keys: [jwk] }, token, guest };
}

/** Starts a deal whose doors open `opensInSeconds` from now; `settings` are those that may change. */
export async function startDeal({ opensInSeconds, settings = {}, merchantKey = 'nobody-listens', ...config }) {
  const program = join(dirname(process.env.BIDD ?? ''), 'tenant-runtime');
  const folder = await mkdtemp(join(tmpdir(), 'bidd-deal-'));
  const [port, redisPort] = [await freePort(), await freePort()];
  const origin = `http://shop.ddib.localhost:${port}`;
  const { jwks, token, guest } = signer();
  const secrets = {
    'deal-key': randomBytes(32).toString('hex'),
    'draw-secret': randomBytes(32).toString('hex'),
    'redis-password': randomBytes(16).toString('hex'),
    'control-token': randomBytes(16).toString('hex'),
    'ledger-token': 'nobody-listens',
    'merchant-key': merchantKey,
  };
  let inForce = {
    generation: 1,
    paused: false,
    closed: false,
    admissionsPerSecond: 100,
    insideMax: 100,
    products: [
      {
        id: product,
        name: '구스 이불',
        listPrice: 120_000,
        price: 59_000,
        stock: 50,
        perShopperMax: 2,
        imageUrl: '',
      },
    ],
    ...settings,
  };
  const opensAt = Date.now() + opensInSeconds * 1_000;
  const document = {
    deal: name,
    title: '겨울 이불 타임딜',
    companyName: '포근상회',
    origin,
    opensAt: new Date(opensAt).toISOString(),
    closesAt: new Date(opensAt + 3_600_000).toISOString(),
    prequeue: 'draw',
    onRefresh: 'keep',
    passSeconds: 300,
    claimSeconds: 120,
    holdSeconds: 960,
    restockOnRefund: true,
    payment: { provider: 'kakaoPay', baseUrl: 'http://127.0.0.1:9', merchantId: 'TC0ONETIME' },
    identity: {
      jwks,
      issuer,
      signInUrl: `${issuer}/api/v1/auth/renew`,
      ordersUrl: `${issuer}/orders`,
    },
    ledger: { baseUrl: 'http://127.0.0.1:9' },
    settings: inForce,
    ...config,
  };
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'config.json'), JSON.stringify(document));
  for (const [file, value] of Object.entries(secrets)) await writeFile(join(folder, 'secrets', file), value);

  const redis = spawn(
    'redis-server',
    ['--bind', '127.0.0.1', '--port', redisPort, '--requirepass', secrets['redis-password'], '--dir', folder, '--save', ''],
    { stdio: 'ignore' },
  );
  const runtime = spawn(program, ['all'], {
    env: {
      ...process.env,
      DDIB_CONFIG: join(folder, 'config.json'),
      DDIB_SECRETS: join(folder, 'secrets'),
      DDIB_REDIS: `127.0.0.1:${redisPort}`,
      DDIB_LISTEN: `127.0.0.1:${port}`,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  runtime.stderr.on('data', (text) => (said += text));
  const deadline = Date.now() + startMs;
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false))) {
    if (runtime.exitCode !== null || Date.now() > deadline) throw new Error(`${program} did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  const control = (method, path, body) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secrets['control-token']}`,
        'content-type': 'application/json',
        origin,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  return {
    origin,
    /** A guest's link. */
    link: (number) => `${origin}/queue/guest/${guest(number)}`,
    /** Signs the n-th shopper in. */
    signIn: (context, n) => context.addCookies([{ name: 'shopper', value: token(n), url: origin }]),
    /** The n-th shopper takes a place, without a browser; answers a way to give it back. */
    async enters(n) {
      const headers = { cookie: `shopper=${token(n)}`, origin, 'content-type': 'application/json' };
      const answer = await fetch(`http://127.0.0.1:${port}/queue/enter`, { method: 'POST', headers, body: '{}' });
      if (!answer.ok) throw new Error(`shopper ${n} got ${answer.status}: ${await answer.text()}`);
      const ticket = answer.headers.get('set-cookie').split(';')[0];
      const leave = { method: 'POST', headers: { ...headers, cookie: ticket } };
      return { leaves: () => fetch(`http://127.0.0.1:${port}/queue/leave`, leave) };
    },
    /** Changes the settings as the lifecycle does. */
    async set(change) {
      inForce = { ...inForce, ...change, generation: inForce.generation + 1 };
      const answer = await control('PUT', '/internal/settings', inForce);
      if (!answer.ok) throw new Error(`settings: ${answer.status} ${await answer.text()}`);
    },
    async stop() {
      for (const child of [runtime, redis]) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
