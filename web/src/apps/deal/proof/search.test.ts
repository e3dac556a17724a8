import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { solve, zeroBits } from './search';
import { Message } from './sha256';

const hexOf = (digest: Int32Array) =>
  [...digest].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

const bytes = (text: string) => new TextEncoder().encode(text);

describe('SHA-256', () => {
  it('agrees with another one about messages of every length around a block', () => {
    for (let length = 0; length <= 200; length++) {
      const head = 'abcdefghij'.repeat(20).slice(0, length);
      const message = new Message(bytes(head), 3);
      bytes('xyz').forEach((byte, at) => {
        message.set(at, byte);
      });
      const expected = createHash('sha256').update(`${head}xyz`).digest('hex');
      expect(hexOf(message.digest())).toBe(expected);
      expect(hexOf(message.digest())).toBe(expected);
    }
  });

  it('knows the vector of the standard', () => {
    expect(hexOf(new Message(bytes('abc'), 0).digest())).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('zeroBits', () => {
  it('counts over words', () => {
    const words = (...first: number[]) => Int32Array.from([...first, ...Array(8 - first.length).fill(-1)]);
    expect(zeroBits(words())).toBe(0);
    expect(zeroBits(words(1))).toBe(31);
    expect(zeroBits(words(0, 0x0fff_ffff))).toBe(36);
    expect(zeroBits(new Int32Array(8))).toBe(256);
  });
});

describe('solve', () => {
  // The server is held against the same values: tenant-runtime/core/src/proof_tests.rs.
  const challenge =
    'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0BB';

  it('finds the nonces that the server expects', () => {
    const found = [0, 4, 8, 12, 16].map((bits) => solve(challenge, bits, '0'.repeat(16)));
    expect(found).toEqual([
      '0000000000000000',
      '0000000000000024',
      '0000000000000234',
      '0000000000000893',
      '000000000001a384',
    ]);
  });

  it('begins anywhere and goes round', () => {
    expect(solve(challenge, 8, '0000000000000234')).toBe('0000000000000234');
    const found = solve(challenge, 4, 'ffffffffffffffff');
    expect(found).toMatch(/^[0-9a-f]{16}$/);
    const digest = createHash('sha256').update(challenge).update(found).digest();
    expect(digest.readUInt8(0)).toBeLessThan(16);
  });
});
