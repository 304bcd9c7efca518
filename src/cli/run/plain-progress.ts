/** Progress where there is no terminal: a line when something has changed, at most one a second. */
import { counted, grouped } from '../../runtime/counted-noun.ts';
import { durationText } from '../display-text.ts';
import type { Output } from '../terminal.ts';
import { failedIn } from './flow-status.ts';
import type { FlowStatus } from './flow-status.ts';
import type { Progress } from './progress.ts';

const spacingMs = 1000;

/** Nodes named in a line at most. */
const shownNodes = 3;

function busiest({ nodes }: FlowStatus): string {
  const busy = nodes.filter(({ counts }) => counts.running + counts.startable > 0);
  const first = busy
    .toSorted(
      (a, b) => b.counts.running + b.counts.startable - a.counts.running - a.counts.startable,
    )
    .slice(0, shownNodes)
    .map(
      ({ node, counts }) =>
        `${node} ${grouped(counts.running)} running, ${grouped(counts.startable)} waiting`,
    );
  if (busy.length > shownNodes) first.push(counted(busy.length - shownNodes, 'more node'));
  return first.length === 0 ? '' : ` (${first.join('; ')})`;
}

export class PlainProgress implements Progress {
  readonly #output: Output;
  #last = '';
  #lastMs = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  tick(status: FlowStatus): void {
    if (status.elapsedMs - this.#lastMs < spacingMs) return;
    const { total } = status;
    const parts = [
      `${counted(total.running, 'epoch')} running`,
      `${grouped(total.startable)} waiting`,
      `${grouped(total.finished)} done`,
      `${grouped(failedIn(total))} failed`,
    ];
    const line = `${status.state}: ${parts.join(', ')}${busiest(status)}`;
    if (line === this.#last) return;
    this.#last = line;
    this.#lastMs = status.elapsedMs;
    this.#output.write(`${durationText(status.elapsedMs)} ${line}\n`);
  }

  resized(): void {
    // Lines that are written stay as they are.
  }

  print(text: string, output: Output): void {
    output.write(text);
  }

  end(): void {
    this.#last = '';
  }
}
