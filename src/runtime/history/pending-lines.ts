/**
 * Lines that wait to be written to a file, as the bytes they will be there: texts would be kept as the many pieces they
 * are put together from.
 */

/** Bytes that there is room for at first, and that room is kept for once they are gone. */
const leastRoom = 1 << 16;
const mostRoom = 1 << 21;

/** From so many bytes on a copy by the platform is faster than a loop. */
const longPiece = 64;

/** Texts of so many characters are copied by the platform too. */
const longText = 128;

const newline = 10;
const zero = 48;

/** Numbers from here on are written in two halves. */
const half = 1e9;

/** A text as its bytes. */
export function pieceOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

/** Of a number below 1e9. */
function digitsOf(number: number): number {
  let digits = 1;
  for (let limit = 10; digits < 9 && number >= limit; limit *= 10) digits += 1;
  return digits;
}

export class PendingLines {
  #buffer = Buffer.allocUnsafeSlow(leastRoom);
  #bytes = 0;
  #count = 0;
  /** The text that was put last by `putAgain`, and its bytes. */
  #text = '';
  #piece = pieceOf('');

  get bytes(): number {
    return this.#bytes;
  }

  /** Whole lines. */
  get count(): number {
    return this.#count;
  }

  put(piece: Uint8Array): void {
    const { length } = piece;
    this.#makeRoom(length);
    const buffer = this.#buffer;
    const from = this.#bytes;
    if (length >= longPiece) buffer.set(piece, from);
    else for (let at = 0; at < length; at++) buffer[from + at] = piece[at] as number;
    this.#bytes = from + length;
  }

  putText(text: string): void {
    const { length } = text;
    if (length > longText) {
      this.#putByPlatform(text);
      return;
    }
    this.#makeRoom(length);
    const buffer = this.#buffer;
    const from = this.#bytes;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) {
        this.#putByPlatform(text);
        return;
      }
      buffer[from + at] = code;
    }
    this.#bytes = from + length;
  }

  /** A text that is mostly the one before. */
  putAgain(text: string): void {
    if (text !== this.#text) {
      this.#piece = pieceOf(text);
      this.#text = text;
    }
    this.put(this.#piece);
  }

  putNumber(number: number): void {
    if (!Number.isSafeInteger(number) || number < 0) this.putText(String(number));
    else if (number < half) this.#putDigits(number, digitsOf(number));
    else {
      const upper = Math.floor(number / half);
      this.#putDigits(upper, digitsOf(upper));
      this.#putDigits(number - upper * half, 9);
    }
  }

  endLine(): void {
    this.#makeRoom(1);
    this.#buffer[this.#bytes] = newline;
    this.#bytes += 1;
    this.#count += 1;
  }

  /** The first bytes, until something more is put or these are dropped. */
  first(bytes: number): Uint8Array {
    return this.#buffer.subarray(0, bytes);
  }

  /** The first bytes are gone, with so many lines. */
  drop(bytes: number, count: number): void {
    const left = this.#bytes - bytes;
    if (left === 0 && this.#buffer.length > mostRoom)
      this.#buffer = Buffer.allocUnsafeSlow(leastRoom);
    else this.#buffer.copyWithin(0, bytes, this.#bytes);
    this.#bytes = left;
    this.#count -= count;
  }

  /** Only the first bytes, of so many lines, go on waiting. */
  takeBack(bytes: number, count: number): void {
    this.#bytes = bytes;
    this.#count = count;
  }

  clear(): void {
    this.drop(this.#bytes, this.#count);
  }

  #putByPlatform(text: string): void {
    this.#makeRoom(Buffer.byteLength(text));
    this.#bytes += this.#buffer.write(text, this.#bytes);
  }

  /** So many digits, with zeros before them; of a number below 1e9. */
  #putDigits(number: number, digits: number): void {
    this.#makeRoom(digits);
    const buffer = this.#buffer;
    const from = this.#bytes;
    let left = number | 0;
    for (let at = from + digits - 1; at >= from; at--) {
      const rest = (left / 10) | 0;
      buffer[at] = left - rest * 10 + zero;
      left = rest;
    }
    this.#bytes = from + digits;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#bytes + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#bytes);
    this.#buffer = larger;
  }
}
