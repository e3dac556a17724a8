import { expect, test } from 'vitest';
import { check, commitmentOf, numberOf, seedOf, toHex } from './arithmetic';
import { deriveKey, hash, keyedHash } from './blake3';

/** The input of the official test vectors: the bytes 0 to 250 again and again. */
const vector = (length: number) => Uint8Array.from({ length }, (_, at) => at % 251);
const vectorKey = new TextEncoder().encode('whats the Elvish word for friend');
const vectorContext = 'BLAKE3 2019-12-27 16:29:52 test vectors context';

test.each([
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [64, '4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98'],
  [1_024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
])('%i bytes hash as the official test vectors say', (length, expected) => {
  expect(toHex(hash(vector(length)))).toBe(expected);
});

test('keys and contexts do, too', () => {
  expect(toHex(keyedHash(vectorKey, vector(0)))).toBe(
    '92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26',
  );
  expect(toHex(deriveKey(vectorContext, vector(0)))).toBe(
    '2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d',
  );
});

test('more than a chunk is refused, not hashed wrongly', () => {
  expect(() => hash(vector(1_025))).toThrow(RangeError);
});

test('the example of docs/draw.md', () => {
  const seed = '05'.repeat(32);
  const numbers = Array.from({ length: 10 }, (_, at) => numberOf(seed, 10, at + 1));
  expect(numbers).toEqual([5, 9, 3, 8, 4, 6, 2, 1, 7, 10]);
});

test('every number is drawn once', () => {
  for (const entrants of [1, 2, 3, 5, 64, 65, 300]) {
    const numbers = Array.from({ length: entrants }, (_, at) => numberOf('a1'.repeat(32), entrants, at + 1));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: entrants }, (_, at) => at + 1));
  }
});

test('a draw can be checked and not be faked', () => {
  const secret = '09'.repeat(32);
  const drawn = { entrants: 12, secret, accumulator: 'acc', seed: seedOf(secret, 12, 'acc') };
  const commitment = commitmentOf(secret);
  expect(check({ commitment, drawn })).toEqual({ secretFits: true, seedFits: true });
  expect(check({ commitment: commitmentOf('08'.repeat(32)), drawn }).secretFits).toBe(false);
  expect(check({ commitment, drawn: { ...drawn, entrants: 13 } }).seedFits).toBe(false);
  expect(check({ commitment, drawn: { ...drawn, accumulator: 'other' } }).seedFits).toBe(false);
});

test('the seed is the one that the runtime makes', () => {
  // The same figures stand in the test of the runtime's `draw`.
  expect(seedOf('09'.repeat(32), 12, 'acc')).toBe(
    'b4aa7ccb6b7d3ee2b90d5d209ef6abf9c3cb3e78e8d719cb42f383c8093716a9',
  );
});
