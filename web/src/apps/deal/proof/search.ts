// The search for a nonce: SHA-256(challenge || nonce), both as text, must begin with so many zero bits.
// The rule is tenant-runtime/core/src/proof.rs.

import { Message } from './sha256';

const digits = 16;
const hex = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0));

/** How many zero bits a digest begins with. */
export function zeroBits(digest: Int32Array): number {
  let bits = 0;
  for (const word of digest) {
    bits += Math.clz32(word);
    if (word !== 0) break;
  }
  return bits;
}

/** The first nonce from `start`, 16 hex digits, that solves the challenge. */
export function solve(challenge: string, bits: number, start: string): string {
  const message = new Message(new TextEncoder().encode(challenge), digits);
  const nonce = [...start].map((digit) => Number.parseInt(digit, 16));
  nonce.forEach((digit, at) => {
    message.set(at, hex[digit] as number);
  });
  while (zeroBits(message.digest()) < bits) {
    for (let at = digits - 1; at >= 0; at--) {
      const next = ((nonce[at] as number) + 1) % 16;
      nonce[at] = next;
      message.set(at, hex[next] as number);
      if (next !== 0) break;
    }
  }
  return nonce.map((digit) => digit.toString(16)).join('');
}
