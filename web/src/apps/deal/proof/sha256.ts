// SHA-256 of one long message whose end alone changes: what comes before is hashed once. The browser's
// own is not to be had without TLS, and waits for every single digest.

const blockBytes = 64;

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
const rounds = new Int32Array(64);
const initial = new Int32Array(8);

(() => {
  const fraction = (root: number) => ((root - Math.floor(root)) * 0x1_0000_0000) | 0;
  let count = 0;
  for (let candidate = 2; count < 64; candidate++) {
    let isPrime = true;
    for (let by = 2; by * by <= candidate; by++) if (candidate % by === 0) isPrime = false;
    if (!isPrime) continue;
    if (count < 8) initial[count] = fraction(Math.sqrt(candidate));
    rounds[count++] = fraction(Math.cbrt(candidate));
  }
})();

const schedule = new Int32Array(64);

/** Works one block, given as 16 words at `at`, into `state`. */
function compress(state: Int32Array, words: Int32Array, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = words[at + i] as number;
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (rounds[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = ((state[0] as number) + a) | 0;
  state[1] = ((state[1] as number) + b) | 0;
  state[2] = ((state[2] as number) + c) | 0;
  state[3] = ((state[3] as number) + d) | 0;
  state[4] = ((state[4] as number) + e) | 0;
  state[5] = ((state[5] as number) + f) | 0;
  state[6] = ((state[6] as number) + g) | 0;
  state[7] = ((state[7] as number) + h) | 0;
}

/** A message that is hashed again and again, each time with other last bytes. */
export class Message {
  readonly #tail: DataView;
  readonly #words: Int32Array;
  readonly #before = initial.slice();
  readonly #state = new Int32Array(8);
  readonly #endsAt: number;

  /** `head`, and room for `endBytes` more. */
  constructor(head: Uint8Array, endBytes: number) {
    const done = head.length - (head.length % blockBytes);
    const length = head.length + endBytes;
    const blocks = Math.ceil((length - done + 9) / blockBytes);
    const tail = new Uint8Array(blocks * blockBytes);
    tail.set(head.subarray(done));
    this.#endsAt = head.length - done;
    tail[length - done] = 0x80;
    this.#tail = new DataView(tail.buffer);
    this.#tail.setUint32(tail.length - 4, length * 8);
    this.#words = new Int32Array(tail.length / 4);
    this.#read();
    const view = new DataView(head.buffer, head.byteOffset, done);
    const block = new Int32Array(16);
    for (let at = 0; at < done; at += blockBytes) {
      for (let i = 0; i < 16; i++) block[i] = view.getInt32(at + 4 * i);
      compress(this.#before, block, 0);
    }
  }

  /** Sets one of the last bytes. */
  set(index: number, byte: number): void {
    const at = this.#endsAt + index;
    this.#tail.setUint8(at, byte);
    this.#words[at >> 2] = this.#tail.getInt32(at & ~3);
  }

  /** The digest as eight words. The next digest overwrites it. */
  digest(): Int32Array {
    this.#state.set(this.#before);
    for (let at = 0; at < this.#words.length; at += 16) compress(this.#state, this.#words, at);
    return this.#state;
  }

  #read(): void {
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = this.#tail.getInt32(4 * i);
  }
}
