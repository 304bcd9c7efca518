/**
 * Reads a file of dead letters, line by line.
 *
 * R1 no more than one line is in memory at once, and no line is longer than the limit. R2 a damaged line
 * is counted, and said, and costs no other line. R3 a file that is no file of dead letters is refused.
 */
import { statSync } from 'node:fs';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type LetterLine, headerLine, parseLine, readLetter } from './dead-letter-lines.ts';
import { type FileLine, fileLines } from '../history/file-lines.ts';
import { ValueUnreadable } from '../values/value-decoding.ts';

export interface DamagedLine {
  /** From 1. */
  readonly line: number;
  readonly why: string;
}

/** What a file holds beside its open letters. */
export interface DeadLetterScan {
  /** Lines that could not be read; those whose values could not be are among them. */
  readonly damaged: readonly DamagedLine[];
  /** Highest number of any letter; 0 where there is none. */
  readonly highest: number;
  /** Bytes up to which the file holds whole lines. */
  readonly end: number;
  /** Bytes of a half-written line after those. */
  readonly half: number;
  /** The last line is whole, but for the end of its line. */
  readonly unended: boolean;
}

/** The lines of the file; none where it is no regular one. */
function* rawLines(path: string): Generator<FileLine> {
  if (!statSync(path).isFile()) return;
  yield* fileLines(path, { maxBytes: limits.deadLetterLineBytes });
}

function notOurs(path: string, why: string): NetrunError {
  return new NetrunError('DEAD_LETTER_FILE_INVALID', `${path} is no file of dead letters: ${why}`, {
    hint: 'Name another file, or one that a net with dead_letter_queue = "file" has written.',
  });
}

/** Throws unless the first line is a header, or the beginning of one. */
function assertHeader(path: string, { text, ended }: FileLine): void {
  if (!ended && text !== null && headerLine.startsWith(text)) return;
  const line = text === null ? null : parseLine(text);
  if (line?.type !== 'header') throw notOurs(path, 'its first line is no header');
  if (line.version !== 1)
    throw notOurs(path, `it is of version ${line.version}, and this version of netrun reads 1`);
}

/** Reads the file once; `each` gets what stands in a line that is whole. */
function scan(path: string, each: (line: ReturnType<typeof parseLine>, at: number) => void) {
  let number = 0;
  let end = 0;
  let half = 0;
  let unended = false;
  for (const raw of rawLines(path)) {
    number += 1;
    if (number === 1) assertHeader(path, raw);
    const line =
      raw.text === null
        ? ({
            type: 'damaged',
            why: `it is longer than ${limits.deadLetterLineBytes} bytes`,
          } as const)
        : parseLine(raw.text);
    if (!raw.ended && line.type === 'damaged') {
      half = raw.end - end;
      break;
    }
    unended = !raw.ended;
    end = raw.end;
    if (raw.text !== '') each(line, number);
  }
  return { end, half, unended };
}

/** A letter that a file has, open or closed. */
export interface SeenLetter {
  readonly id: string;
  /** ULID. */
  readonly run: string;
  readonly epoch: string;
  readonly isOpen: boolean;
}

/**
 * Gives the open letters of a file to `each`, oldest first; closed ones are passed over, but `seen` is
 * told of all. Throws `DEAD_LETTER_FILE_INVALID`, and what the file system throws.
 */
export function readDeadLetters(
  path: string,
  each: (letter: DeadLetter) => void,
  seen: (letter: SeenLetter) => void = () => undefined,
): DeadLetterScan {
  const closed = new Set<string>();
  const damaged: DamagedLine[] = [];
  let highest = 0;
  const ends = scan(path, (line, number) => {
    if (line.type === 'damaged') damaged.push({ line: number, why: line.why });
    else if (line.type === 'letter') highest = Math.max(highest, Number(line.id.slice(1)));
    else if (line.type !== 'header') closed.add(line.id);
  });
  scan(path, (line, number) => {
    if (line.type !== 'letter') return;
    const isOpen = !closed.has(line.id);
    seen({ id: line.id, run: line.run, epoch: line.epoch, isOpen });
    if (!isOpen) return;
    const letter = decoded(line, number, damaged);
    if (letter !== null) each(letter);
  });
  return { damaged, highest, ...ends };
}

function decoded(line: LetterLine, number: number, damaged: DamagedLine[]): DeadLetter | null {
  try {
    return readLetter(line);
  } catch (thrown) {
    if (!(thrown instanceof ValueUnreadable)) throw thrown;
    damaged.push({ line: number, why: thrown.message });
    return null;
  }
}
