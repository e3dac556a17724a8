// The simulator of the payment providers, alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './deal.mjs';

/** Starts it, and answers where it is. */
export async function startGateway() {
  const program = join(dirname(process.env.BIDD ?? ''), 'kakao-sim');
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'bidd-gateway-'))];
  const child = spawn(program, ['--listen', `127.0.0.1:${port}`, '--dir', folder], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while (!(await fetch(`${url}/_sim/faults`).then((answer) => answer.ok, () => false))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${program} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stop = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  return { url, stop };
}
