/** The text of a value as people read it: structures in lines, bytes in rows, each part by its kind. */

export interface ValueToken {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark' | 'space';
  readonly text: string;
}

/** Structures up to so many characters stay in one line. */
const lineChars = 64;
const indent = '  ';
/** Deeper than this lines go no further to the right. */
const mostIndents = 24;
const bytesPerRow = 8;

const part =
  /"(?:[^"\\]|\\.)*"?|-?\d[\d_.]*(?:e[+-]?\d+)?n?(?![\w$])|[\p{L}_$][\p{L}\p{N}_$]*|\s+|=>|[^\s\w"]|./gsu;

function kindOf(text: string): ValueToken['kind'] {
  if (text.startsWith('"')) return 'string';
  if (/^-?\d/.test(text)) return 'number';
  if (/^\s+$/.test(text)) return 'space';
  return /^[\p{L}_$]/u.test(text) ? 'word' : 'mark';
}

function tokensOf(text: string): ValueToken[] {
  const tokens = (text.match(part) ?? []).map((each): ValueToken => ({
    kind: kindOf(each),
    text: each,
  }));
  return tokens.map((token, index) =>
    (token.kind === 'string' || token.kind === 'word') && tokens[index + 1]?.text === ':'
      ? { ...token, kind: 'key' }
      : token,
  );
}

const opening = new Set(['{', '[', '(']);
const closing = new Set(['}', ']', ')']);

/** Characters from each opening token to its closing one, or to the end of a text that was cut. */
function widths(tokens: readonly ValueToken[]): readonly number[] {
  const found: number[] = [];
  const open: (readonly [index: number, at: number])[] = [];
  let at = 0;
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === 'mark' && opening.has(text)) open.push([index, at]);
    at += text.length;
    if (kind !== 'mark' || !closing.has(text)) continue;
    const begun = open.pop();
    if (begun !== undefined) found[begun[0]] = at - begun[1];
  }
  for (const [index, from] of open) found[index] = at - from;
  return found;
}

/** A value's text in lines: what is long is broken after its brackets and commas. */
export function valueLines(text: string): readonly (readonly ValueToken[])[] {
  const tokens = tokensOf(text);
  const wide = widths(tokens);
  const lines: ValueToken[][] = [[]];
  const broken: boolean[] = [];
  let depth = 0;
  let isFresh = false;
  const put = (token: ValueToken): void => void lines.at(-1)?.push(token);
  const turn = (): void => {
    lines.push(
      depth === 0 ? [] : [{ kind: 'space', text: indent.repeat(Math.min(depth, mostIndents)) }],
    );
    isFresh = true;
  };
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'space') {
      if (token.text.includes('\n')) turn();
      else if (!isFresh) put(token);
      continue;
    }
    const isMark = token.kind === 'mark';
    if (isMark && closing.has(token.text) && broken.pop() === true) {
      depth -= 1;
      turn();
    }
    put(token);
    isFresh = false;
    if (isMark && opening.has(token.text)) {
      const isBroken = token.text !== '(' && (wide[index] ?? 0) > lineChars;
      broken.push(isBroken);
      if (isBroken) {
        depth += 1;
        turn();
      }
    } else if (isMark && token.text === ',' && broken.at(-1) === true) turn();
  }
  return lines;
}

/** What a text in quotes says, also where its end was cut off; null where it is no such text. */
export function readString(text: string): string | null {
  if (!text.startsWith('"')) return null;
  const [whole = '', end = ''] = /^"(?:[^"\\]|\\(?:u[0-9a-f]{4}|[^u]))*("?)/i.exec(text) ?? [];
  // A text that was cut ends in the middle of what it says, never in the middle of an escape.
  const isClosed = end !== '';
  if (isClosed && whole.length !== text.length) return null;
  try {
    return JSON.parse(isClosed ? whole : `${whole}"`) as string;
  } catch {
    return null;
  }
}

/** `Uint8Array(3000 bytes) 00070e…`: its head, and its bytes as far as they are there; null for other texts. */
export function readBytes(text: string): { readonly head: string; readonly hex: string } | null {
  const found = /^([A-Za-z0-9]+\(\d+ bytes?\)) ?([0-9a-f]*)…?$/.exec(text);
  return found === null ? null : { head: found[1] ?? '', hex: found[2] ?? '' };
}

export interface ByteRow {
  readonly at: string;
  readonly hex: string;
  readonly text: string;
}

/** Bytes in rows of eight: where, which, and as letters. */
export function byteRows(hex: string): readonly ByteRow[] {
  const bytes = hex.match(/../g) ?? [];
  const rows: ByteRow[] = [];
  for (let from = 0; from < bytes.length; from += bytesPerRow) {
    const row = bytes.slice(from, from + bytesPerRow);
    const letters = row.map((byte) => {
      const code = Number.parseInt(byte, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCodePoint(code) : '·';
    });
    rows.push({
      at: from.toString(16).padStart(6, '0'),
      hex: row.join(' ').padEnd(bytesPerRow * 3 - 1),
      text: letters.join(''),
    });
  }
  return rows;
}
