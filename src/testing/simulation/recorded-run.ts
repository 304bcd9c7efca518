/** The history of a simulated run with its values, as a file has it: to be replayed, or looked at. */
import { readFileSync } from 'node:fs';
import { recordLine } from '../../runtime/history/record-line.ts';
import { runHeader } from '../../runtime/history/run-header.ts';
import { anyRun } from '../net/test-record.ts';
import type { SimulatedFlow } from './simulated-flow.ts';

export interface RecordedRun {
  /** Of the definition as it was given. */
  readonly header: string;
  /** The records after it, one line of JSON each. */
  readonly lines: readonly string[];
}

/** What is told of a run beside its records. */
export interface RecordedPlace {
  /** When it began, in milliseconds. */
  readonly at: number;
  readonly seed: string | number;
  /** The last record that is told; null: all of them. */
  readonly until: number | null;
}

/** Reads what a run has written to `path`; the header is that of the flow as it was given, the same for every run. */
export function readRecordedRun(
  path: string,
  { given, file }: SimulatedFlow,
  { at, seed, until }: RecordedPlace,
): RecordedRun {
  const [, ...written] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const lines = until === null ? written : written.slice(0, until);
  const origin = { run: anyRun, at, seed, graph: given, spec: given.toSpec(), file };
  return { header: recordLine(runHeader(origin)), lines };
}

export function recordedText({ header, lines }: RecordedRun): string {
  return `${[header, ...lines].join('\n')}\n`;
}
