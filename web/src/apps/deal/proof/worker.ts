// Searches beside the page, which goes on as if nothing were the matter. Whoever has enough of it ends
// the worker.

import type { Task } from './prove';
import { solve } from './search';

addEventListener('message', ({ data: { challenge, bits, start } }: MessageEvent<Task>) => {
  postMessage(solve(challenge, bits, start));
});
