/** A recorded run as commands name it: a file of a history, or the folder that has one. */
import { type RecordedHistory, openHistory } from '../runtime/history/recorded-history.ts';
import { printable } from './display-text.ts';
import { refusal } from './problem.ts';
import type { Terminal } from './terminal.ts';

/** Opens it, and says on standard error what at its end was half-written. Throws as `openHistory`. */
export function openRun(path: string, terminal: Terminal): RecordedHistory {
  const history = openHistory(path);
  if (history.repair !== null)
    terminal.stderr.write(`note: ${printable(history.repair.notice)}; it is not read\n`);
  return history;
}

/** `run 01J… of flow.toml, 2026-11-21T12:00:00.000Z`. */
export function runTitle({ header }: RecordedHistory): string {
  const { run, at, file } = header;
  return printable(`run ${run}${file === undefined ? '' : ` of ${file}`}, ${at}`);
}

/** The number of a record, as it was written. Throws CommandFailure. */
export function readSeq(option: string, text: string): number {
  const seq = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seq))
    throw refusal(
      'ARGUMENT_INVALID',
      `${option} ${text} is no number of a record`,
      'Records are numbered from 1; netrun history shows them.',
    );
  return seq;
}

/** An id, as it was written. Throws CommandFailure. */
export function readId(what: 'packet' | 'epoch', text: string): string {
  const form = what === 'packet' ? /^p[1-9]\d{0,14}$/ : /^e[1-9]\d{0,14}$/;
  if (form.test(text)) return text;
  const example = what === 'packet' ? 'p7' : 'e3';
  throw refusal('ARGUMENT_INVALID', `${text} is no ${what}`, `Write it as ${example}.`);
}
