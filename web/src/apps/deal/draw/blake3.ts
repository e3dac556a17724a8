// BLAKE3 for what a draw hashes: at most one chunk of 1,024 bytes, 32 bytes of output. It follows the
// specification (https://github.com/BLAKE3-team/BLAKE3-specs), sections 2.1 to 2.6, without the tree.

const chunkBytesMax = 1_024;
const blockBytes = 64;

const IV = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8] as const;
const rounds = 7;
/** The four columns, then the four diagonals. */
const mixes = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

const flag = { chunkStart: 1, chunkEnd: 2, root: 8, keyed: 16, contextName: 32, contextMaterial: 64 };

const rotate = (value: number, by: number): number => (value >>> by) | (value << (32 - by));

/** One block into the state; `words` has eight words, `message` sixteen. */
function compress(words: readonly number[], message: number[], length: number, flags: number): number[] {
  const v = Int32Array.of(...words, ...IV.slice(0, 4), 0, 0, length, flags);
  const at = (index: number) => v[index] as number;
  let m = message;
  for (let round = 0; round < rounds; round++) {
    mixes.forEach(([a, b, c, d], step) => {
      v[a] = at(a) + at(b) + (m[2 * step] as number);
      v[d] = rotate(at(d) ^ at(a), 16);
      v[c] = at(c) + at(d);
      v[b] = rotate(at(b) ^ at(c), 12);
      v[a] = at(a) + at(b) + (m[2 * step + 1] as number);
      v[d] = rotate(at(d) ^ at(a), 8);
      v[c] = at(c) + at(d);
      v[b] = rotate(at(b) ^ at(c), 7);
    });
    m = permutation.map((from) => m[from] as number);
  }
  return Array.from({ length: 8 }, (_, index) => at(index) ^ at(index + 8));
}

function wordsOf(bytes: Uint8Array): number[] {
  const padded = new Uint8Array(blockBytes);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return Array.from({ length: 16 }, (_, index) => view.getInt32(4 * index, true));
}

function digest(key: readonly number[], input: Uint8Array, flags: number): Uint8Array {
  if (input.length > chunkBytesMax) throw new RangeError(`more than ${chunkBytesMax} bytes to hash`);
  let words = key;
  const blocks = Math.max(1, Math.ceil(input.length / blockBytes));
  for (let block = 0; block < blocks; block++) {
    const bytes = input.subarray(block * blockBytes, (block + 1) * blockBytes);
    const first = block === 0 ? flag.chunkStart : 0;
    const last = block === blocks - 1 ? flag.chunkEnd | flag.root : 0;
    words = compress(words, wordsOf(bytes), bytes.length, flags | first | last);
  }
  const output = new Uint8Array(32);
  const view = new DataView(output.buffer);
  words.forEach((word, index) => {
    view.setInt32(4 * index, word, true);
  });
  return output;
}

const keyOf = (bytes: Uint8Array): number[] => wordsOf(bytes).slice(0, 8);

export const hash = (input: Uint8Array): Uint8Array => digest(IV, input, 0);

/** `key` has 32 bytes. */
export const keyedHash = (key: Uint8Array, input: Uint8Array): Uint8Array =>
  digest(keyOf(key), input, flag.keyed);

export function deriveKey(context: string, material: Uint8Array): Uint8Array {
  const key = digest(IV, new TextEncoder().encode(context), flag.contextName);
  return digest(keyOf(key), material, flag.contextMaterial);
}
