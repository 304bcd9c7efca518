/**
 * The proof that the page has the token, without saying it: HMAC-SHA-256 (RFC 2104, FIPS 180-4).
 *
 * The browser's own is not there for a page that comes over a plain connection from another machine.
 */

const blockBytes = 64;

/** The first 32 bits of the fractional part of a root. */
function fraction(value: number): number {
  return Math.floor((value % 1) * 2 ** 32) | 0;
}

function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let next = 2; found.length < count; next++)
    if (found.every((prime) => next % prime !== 0)) found.push(next);
  return found;
}

/** Of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const roundWords = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
const firstState = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The message, a bit, zeros, and its length in bits. */
function padded(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + 9) / blockBytes);
  const bytes = new Uint8Array(blocks * blockBytes);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - 8, BigInt(message.length) * 8n);
  return view;
}

function takeBlock(state: Int32Array, block: DataView, offset: number): void {
  const words = new Int32Array(64);
  for (let at = 0; at < 16; at++) words[at] = block.getInt32(offset + at * 4);
  for (let at = 16; at < 64; at++) {
    const [near = 0, far = 0] = [words[at - 2], words[at - 15]];
    const first = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
    const second = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
    words[at] = ((words[at - 16] ?? 0) + first + (words[at - 7] ?? 0) + second) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let at = 0; at < 64; at++) {
    const chosen = (e & f) ^ (~e & g);
    const most = (a & b) ^ (a & c) ^ (b & c);
    const one = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const two = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const next = (h + one + chosen + (roundWords[at] ?? 0) + (words[at] ?? 0)) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + next) | 0, c, b, a, (next + two + most) | 0];
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + word;
}

function sha256(message: Uint8Array): Uint8Array {
  const state = Int32Array.from(firstState);
  const blocks = padded(message);
  for (let offset = 0; offset < blocks.byteLength; offset += blockBytes)
    takeBlock(state, blocks, offset);
  const digest = new DataView(new ArrayBuffer(32));
  for (const [at, word] of state.entries()) digest.setInt32(at * 4, word);
  return new Uint8Array(digest.buffer);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** In hexadecimal digits. */
export function proofOf(token: string, text: string): string {
  const encoder = new TextEncoder();
  const given = encoder.encode(token);
  const key = new Uint8Array(blockBytes);
  key.set(given.length > blockBytes ? sha256(given) : given);
  const inner = sha256(
    joined(
      key.map((byte) => byte ^ 0x36),
      encoder.encode(text),
    ),
  );
  const digest = sha256(
    joined(
      key.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
