// Builds the three apps into dist/<app> and puts a brotli and a gzip copy next to every file that
// shrinks, so that no server compresses anything while a crowd is waiting.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt', '.webmanifest']);
/** What a deal's pages may weigh, compressed, all in all. */
const dealBytesMax = 60_000;

async function* filesBelow(directory) {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Returns how many bytes a browser that takes brotli would load. */
async function compress(directory) {
  let transferred = 0;
  for await (const path of filesBelow(directory)) {
    const plain = await readFile(path);
    if (!compressible.has(extname(path))) {
      transferred += plain.length;
      continue;
    }
    const br = await promisify(brotliCompress)(plain, {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
    });
    const gz = await promisify(gzip)(plain, { level: 9 });
    if (br.length < plain.length) await writeFile(`${path}.br`, br);
    if (gz.length < plain.length) await writeFile(`${path}.gz`, gz);
    transferred += Math.min(br.length, plain.length);
  }
  return transferred;
}

await rm(join(root, 'dist'), { recursive: true, force: true });
for (const app of ['bidd', 'ddib', 'deal']) {
  await build({ configFile: join(root, 'vite.config.ts'), mode: app, logLevel: 'warn' });
  const bytes = await compress(join(root, 'dist', app));
  console.log(`${app}: ${bytes.toLocaleString('en')} bytes compressed`);
  if (app === 'deal' && bytes > dealBytesMax) {
    console.error(`deal: more than ${dealBytesMax} bytes; thousands load these pages in one second`);
    process.exitCode = 1;
  }
}
