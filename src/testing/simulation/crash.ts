/** The end of a process in the midst of a run, and the run gone on with by another one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHistory } from '../../runtime/history/recorded-history.ts';
import type { Net } from '../../runtime/net.ts';
import { hold } from './guarantee.ts';

/** Ends a process: thrown at whoever had the net do something. */
export class ProcessEnded extends Error {
  override readonly name: string = 'ProcessEnded';
}

/** What is left of a process. */
export interface Remains {
  /** The file with its history. */
  readonly path: string;
  /** Its records in memory, as lines, the header left out. */
  readonly lines: readonly string[];
}

/** The text without the second half of its last line. */
function torn(text: string): string {
  const start = text.lastIndexOf('\n', text.length - 2) + 1;
  return text.slice(0, start + Math.ceil((text.length - start) / 2));
}

/** Takes what is on disk at this instant, the last record in part if it `isTorn`. */
export function takeRemains(
  net: Net,
  historyPath: string,
  folder: string,
  number: number,
  isTorn: boolean,
): Remains {
  const text = readFileSync(historyPath, 'utf8');
  const path = join(folder, `crash-${number}.jsonl`);
  writeFileSync(path, isTorn ? torn(text) : text);
  const [, ...lines] = net.history.lines();
  return { path, lines };
}

/** Numbers of the records in the file that are whole: how many of them are to be found again. */
export function wholeRecords({ path }: Remains): number {
  const history = openHistory(path);
  let count = -1;
  for (const _ of history.records()) count += 1;
  return count;
}

/** Throws GuaranteeBroken where the net that goes on does not have all that was written down. */
export function assertNothingLost(net: Net, { lines }: Remains, whole: number): void {
  const [, ...found] = net.history.lines();
  for (let at = 0; at < whole; at++) {
    hold(
      found[at] === lines[at],
      'G6',
      () => `record ${at + 1} was ${lines[at]} before the crash, and is ${found[at] ?? 'gone'}`,
    );
  }
}
