// The real platform as a process of its own: an empty directory and free ports.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const startMs = 60_000;
const stopMs = 60_000;

async function until(what, ms, ask) {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not come about within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Starts `bidd up` and waits until it answers. With `demo` a deal opens a minute later. */
export async function start({ demo = false } = {}) {
  const program = process.env.BIDD;
  if (!program) throw new Error('BIDD must be the path of the bidd program; run `make test-browser`');
  const state = await mkdtemp(join(tmpdir(), 'bidd-browser-'));
  const child = spawn(program, ['up', '--port', '0', '--state', state, ...(demo ? [] : ['--no-seed'])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const ports = await until(`the start of ${program}`, startMs, async () => {
    if (child.exitCode !== null) throw new Error(`the platform ended with ${child.exitCode}: ${said}`);
    try {
      const { ports } = JSON.parse(await readFile(join(state, 'platform.json'), 'utf8'));
      const alive = await fetch(`http://127.0.0.1:${ports.controlPlane}/healthz`);
      return alive.ok ? ports : null;
    } catch {
      return null;
    }
  });
  const url = (host) => `http://${host}.localhost:${ports.edge}`;
  const stop = async () => {
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
    if (child.exitCode === null) await once(child, 'exit');
    clearTimeout(late);
    const leftovers = spawn(program, ['down', '--state', state], { stdio: 'ignore' });
    await once(leftovers, 'exit');
    await rm(state, { recursive: true, force: true });
    return said;
  };
  return { bidd: url('bidd'), ddib: url('ddib'), deal: (slug) => url(`${slug}.ddib`), stop, state };
}
