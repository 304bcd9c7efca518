/** Strings of TOML read: basic and literal, on one line and on several. */
import { TomlSyntaxError } from './tree.ts';

const plainBasic = /[^"\\\u0000-\u0008\u000a-\u001f\u007f]+/y;
const plainLiteral = /[^'\u0000-\u0008\u000a-\u001f\u007f]+/y;
const plainBasicLines = /[^"\\\u0000-\u0008\u000b-\u001f\u007f]+/y;
const plainLiteralLines = /[^'\u0000-\u0008\u000b-\u001f\u007f]+/y;
const lineContinuation = /\\[ \t]*\r?\n[ \t\r\n]*/y;
const escapeSequence = /\\(?:["\\bfnrte]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})/y;

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  e: '\u001b',
};

/** One stretch of a string: where it stands in the text, and what it means. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly value: string;
  /** Its characters stand in the text as they are. */
  readonly verbatim: boolean;
}

export interface TomlString {
  readonly value: string;
  readonly end: number;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function fail(code: string, message: string, hint: string, offset: number, fatal = false): never {
  throw new TomlSyntaxError({ code, message, hint, offset }, fatal);
}

function readEscape(text: string, at: number): Piece {
  const sequence = matchAt(escapeSequence, text, at);
  const hint =
    'Escapes are \\" \\\\ \\b \\t \\n \\f \\r \\e \\xHH \\uHHHH \\UHHHHHHHH; or use single quotes, which know none.';
  if (sequence === undefined) {
    return fail(
      'TOML_ESCAPE_INVALID',
      `${JSON.stringify(text.slice(at, at + 2))} is no escape`,
      hint,
      at,
    );
  }
  const end = at + sequence.length;
  const short = shortEscapes[sequence.charAt(1)];
  if (short !== undefined) return { start: at, end, value: short, verbatim: false };
  const point = Number.parseInt(sequence.slice(2), 16);
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    fail('TOML_ESCAPE_INVALID', `${sequence} is no Unicode character`, hint, at);
  }
  return { start: at, end, value: String.fromCodePoint(point), verbatim: false };
}

/** The stretches of the string that opens at `start`, the last one empty and at its closing quote. */
function* pieces(text: string, start: number): Generator<Piece, void, void> {
  const quote = text.charAt(start);
  const long = text.startsWith(quote.repeat(3), start);
  const basic = quote === '"';
  const [short, lines] = basic ? [plainBasic, plainBasicLines] : [plainLiteral, plainLiteralLines];
  let at = start + (long ? 3 : 1);
  if (long) at += text[at] === '\n' ? 1 : text.startsWith('\r\n', at) ? 2 : 0;
  for (;;) {
    const plain = matchAt(long ? lines : short, text, at);
    if (plain !== undefined) {
      yield { start: at, end: at + plain.length, value: plain, verbatim: true };
      at += plain.length;
      continue;
    }
    const char = text.charAt(at);
    if (char === '' || (!long && (char === '\n' || text.startsWith('\r\n', at)))) {
      const closing = quote.repeat(long ? 3 : 1);
      fail(
        'TOML_STRING_UNTERMINATED',
        'The string is not closed',
        `Close it with ${closing}`,
        start,
        long,
      );
    }
    if (char === quote) {
      const run = long ? quoteRun(text, at, quote) : 1;
      if (!long || run >= 3) {
        const inside = long ? Math.min(run, 5) - 3 : 0;
        if (inside > 0)
          yield { start: at, end: at + inside, value: quote.repeat(inside), verbatim: true };
        yield {
          start: at + inside,
          end: at + inside + (long ? 3 : 1),
          value: '',
          verbatim: true,
        };
        return;
      }
      yield { start: at, end: at + run, value: quote.repeat(run), verbatim: true };
      at += run;
      continue;
    }
    const piece = special(text, at, basic, long);
    yield piece;
    at = piece.end;
  }
}

function quoteRun(text: string, at: number, quote: string): number {
  let run = 0;
  while (run < 6 && text[at + run] === quote) run += 1;
  return run;
}

function special(text: string, at: number, basic: boolean, long: boolean): Piece {
  if (long && text.startsWith('\r\n', at))
    return { start: at, end: at + 2, value: '\r\n', verbatim: true };
  if (basic && text[at] === '\\') {
    const continued = long ? matchAt(lineContinuation, text, at) : undefined;
    if (continued !== undefined)
      return { start: at, end: at + continued.length, value: '', verbatim: false };
    return readEscape(text, at);
  }
  const code = text.charCodeAt(at).toString(16).padStart(2, '0');
  return fail(
    'TOML_CONTROL_CHARACTER',
    `Control character 0x${code} in a string`,
    `Write it as \\x${code} in double quotes.`,
    at,
  );
}

/** The string whose opening quote is at `start`. Throws TomlSyntaxError. */
export function readString(text: string, start: number): TomlString {
  const parts: string[] = [];
  let end = start;
  for (const piece of pieces(text, start)) {
    parts.push(piece.value);
    end = piece.end;
  }
  return { value: parts.join(''), end };
}

/** Where the character at `offset` of a string's value stands in the text, the string opening at `start`. */
export function offsetInSource(text: string, start: number, offset: number): number {
  let left = offset;
  let at = start;
  for (const piece of pieces(text, start)) {
    at = piece.start;
    if (left < piece.value.length) return piece.verbatim ? at + left : at;
    left -= piece.value.length;
  }
  return at;
}
