// The arithmetic of a draw, as docs/draw.md has it: from what a deal publishes to anyone's number.

import { deriveKey, hash, keyedHash } from './blake3';

const rounds = 10;
const seedContext = 'ddib 2026 draw v1 seed';

export const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

function bigEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

export const commitmentOf = (secret: string): string => toHex(hash(fromHex(secret)));

export const seedOf = (secret: string, entrants: number, accumulator: string): string =>
  toHex(
    deriveKey(
      seedContext,
      join(fromHex(secret), bigEndian(BigInt(entrants)), new TextEncoder().encode(accumulator)),
    ),
  );

/** The number that the entrant drew; both count from 1, and `entrant` is at most `entrants`. */
export function numberOf(seed: string, entrants: number, entrant: number): number {
  const key = fromHex(seed);
  const bits = BigInt(Math.max(2, entrants < 2 ? 0 : (entrants - 1).toString(2).length));
  const leftBits = bits / 2n;
  const rightBits = bits - leftBits;
  const leftMask = (1n << leftBits) - 1n;
  const rightMask = (1n << rightBits) - 1n;
  const mix = (round: number, half: bigint): bigint => {
    const output = keyedHash(key, join(Uint8Array.of(round), bigEndian(half)));
    return new DataView(output.buffer).getBigUint64(0);
  };
  let value = BigInt(entrant - 1);
  do {
    let left = value >> rightBits;
    let right = value & rightMask;
    for (let round = 0; round < rounds; round++) {
      if (round % 2 === 0) left ^= mix(round, right) & leftMask;
      else right ^= mix(round, left) & rightMask;
    }
    value = (left << rightBits) | right;
  } while (value >= BigInt(entrants));
  return Number(value) + 1;
}

/** As much of a deal's status as a draw is checked with. */
export interface Published {
  commitment: string;
  drawn: { entrants: number; seed: string; secret: string; accumulator: string };
}

/** Whether the draw is what was promised. */
export function check({ commitment, drawn }: Published): { secretFits: boolean; seedFits: boolean } {
  return {
    secretFits: commitmentOf(drawn.secret) === commitment,
    seedFits: seedOf(drawn.secret, drawn.entrants, drawn.accumulator) === drawn.seed,
  };
}
