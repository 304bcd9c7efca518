/** Problems as people read them: code, place, message, the line of the source with a caret, and a hint. */
import { readFileSync, statSync } from 'node:fs';
import { limits } from '../limits.ts';
import { clip, oneLine, paint, printable, widthOf } from './display-text.ts';
import type { Problem } from './problem.ts';
import type { Output, Terminal } from './terminal.ts';

/** Columns of a source line shown at least, and before the caret at most. */
const minColumns = 20;
const maxBefore = 60;

/** Lines of the files that problems are in, each file read once. */
class Sources {
  readonly #files = new Map<string, readonly string[]>();

  line(file: string, line: number): string | undefined {
    let lines = this.#files.get(file);
    if (lines === undefined) {
      lines = this.#read(file);
      this.#files.set(file, lines);
    }
    return lines[line - 1];
  }

  #read(file: string): readonly string[] {
    try {
      const stats = statSync(file);
      if (!stats.isFile() || stats.size > limits.definitionBytes) return [];
      const bytes = readFileSync(file);
      return bytes.includes(0)
        ? []
        : bytes
            .toString('utf8')
            .replace(/^\uFEFF/, '')
            .split('\n');
    } catch {
      return [];
    }
  }
}

function placeText({ file, line, column }: Problem): string {
  const numbers = column === undefined ? `${line}` : `${line}:${column}`;
  if (file === undefined) return line === undefined ? '' : `line ${numbers} `;
  return line === undefined ? `${printable(file)} ` : `${printable(file)}:${numbers} `;
}

/** The line, with a caret under the column where that is known; a long line is cut on both sides. */
function sourceLines(output: Output, source: string, line: number, at?: number): string[] {
  const gutter = `${line}`;
  const room = Math.max(minColumns, output.columns - gutter.length - 5);
  const column = at ?? 1;
  const start = Math.max(0, column - 1 - Math.min(maxBefore, room >> 1));
  const lead = start > 0 ? '…' : '';
  const before = lead + printable(source.slice(start, column - 1)).replaceAll('\t', ' ');
  const after = printable(source.slice(column - 1, column - 1 + 2 * output.columns)).replaceAll(
    '\t',
    ' ',
  );
  const shown = clip((before + after).trimEnd(), room);
  const bar = paint(output, 'dim', '|');
  const sourceLine = `  ${gutter} ${bar} ${shown}`;
  if (at === undefined) return [sourceLine];
  return [
    sourceLine,
    `  ${' '.repeat(gutter.length)} ${bar} ${' '.repeat(widthOf(before))}${paint(output, 'red', '^')}`,
  ];
}

function problemLines(output: Output, problem: Problem, sources: Sources): string[] {
  const { code, message, file, line, column, hint, causes, witness = [] } = problem;
  const [first = '', ...rest] = printable(message).split('\n');
  const lines = [
    `${paint(output, 'red', 'error')} ${code} ${placeText(problem)}${first}`,
    ...rest.map((one) => `  ${one}`),
  ];
  const source = file === undefined || line === undefined ? undefined : sources.line(file, line);
  if (source !== undefined && source.trim() !== '') {
    lines.push(...sourceLines(output, source, line ?? 1, column));
  }
  for (const [at, step] of witness.entries()) lines.push(`  ${at + 1}. ${oneLine(step)}`);
  for (const cause of causes ?? []) lines.push(`  caused by: ${oneLine(cause)}`);
  if (hint !== undefined) lines.push(`  ${paint(output, 'cyan', 'hint:')} ${oneLine(hint)}`);
  return lines;
}

/** Writes problems to standard error. */
export function reportProblems(terminal: Terminal, problems: readonly Problem[]): void {
  const sources = new Sources();
  const output = terminal.stderr;
  for (const problem of problems)
    output.write(`${problemLines(output, problem, sources).join('\n')}\n`);
}

/** Writes an error's stack and those of its causes, where they are asked for. */
export function reportStack(terminal: Terminal, error: unknown, debug: boolean): void {
  if (!debug && !terminal.debug) return;
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    terminal.stderr.write(`${printable(at.stack ?? at.message)}\n`);
  }
}

/** Writes one document of JSON to standard output. */
export function writeJson(terminal: Terminal, document: unknown): void {
  terminal.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
