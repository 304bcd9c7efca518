/**
 * Progress in a terminal: a line per node, redrawn in place.
 *
 * V1 a frame is one write, so that it does not flicker. V2 no line is as wide as the terminal, and all
 * of them with the line below are no higher, so that nothing wraps or scrolls. V3 the cursor rests at
 * the start of the line below the frame. V4 what other code writes comes above the frame, in whole lines, with
 * the next frame and in the same write.
 */
import { grouped } from '../../runtime/counted-noun.ts';
import { clip, durationText, paint, widthOf } from '../display-text.ts';
import { tableLines } from '../table.ts';
import type { Column } from '../table.ts';
import type { Output, Terminal } from '../terminal.ts';
import { failedIn } from './flow-status.ts';
import type { FlowStatus, NodeStatus } from './flow-status.ts';
import { tickMs } from './progress.ts';
import type { Progress } from './progress.ts';

const columns: readonly Column[] = [
  { title: 'node', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'running', align: 'right' },
  { title: 'waiting', align: 'right' },
  { title: 'done', align: 'right' },
  { title: 'failed', align: 'right' },
];

/** Lines beside those of nodes: the flow's own, the titles, the line below the frame. */
const fixedLines = 3;

export class LiveView implements Progress {
  readonly #output: Output;
  readonly #title: string;
  /** Widths of the lines drawn, without colours. */
  #drawn: readonly number[] = [];
  #status: FlowStatus | null = null;
  /** Epochs opened by node, when it was last drawn. */
  readonly #opened = new Map<string, number>();
  /** Text of other code that is not written yet. */
  #pending = '';
  readonly #now: () => number;
  #lastMs = -Infinity;

  constructor(terminal: Terminal, title: string) {
    this.#output = terminal.stderr;
    this.#now = () => terminal.now();
    this.#title = title;
  }

  tick(status: FlowStatus): void {
    this.#status = status;
    this.#draw();
  }

  resized(): void {
    if (this.#drawn.length > 0) this.#draw();
  }

  print(text: string, output: Output): void {
    if (!output.isTTY) {
      output.write(text);
      return;
    }
    this.#pending += text;
    if (this.#now() - this.#lastMs >= tickMs) this.#draw();
  }

  end(): void {
    const last = this.#pending === '' || this.#pending.endsWith('\n') ? '' : '\n';
    const frame = this.#drawn.length > 0 ? `${this.#toStart()}\u001b[J` : '';
    const text = `${frame}${this.#pending}${last}`;
    if (text !== '') this.#output.write(text);
    this.#pending = '';
    this.#drawn = [];
    this.#status = null;
  }

  /** Moves to the start of the frame; lines that a narrower terminal has wrapped count as often. */
  #toStart(): string {
    const { columns: width } = this.#output;
    const up = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(line / Math.max(1, width))),
      0,
    );
    return up === 0 ? '' : `\r\u001b[${up}A`;
  }

  /** Writes whole lines of other code, and the frame below them over the old one. */
  #draw(): void {
    this.#lastMs = this.#now();
    const width = Math.max(1, this.#output.columns - 1);
    const whole = this.#pending.lastIndexOf('\n') + 1;
    const text = whole === 0 ? '' : `\u001b[J${this.#pending.slice(0, whole)}`;
    this.#pending = this.#pending.slice(whole);
    const frame = this.#status === null ? [] : this.#frame(this.#status);
    const lines = frame.map((line) => clip(line, width));
    const painted = lines.map((line, at) => `${this.#painted(line, at)}\u001b[K\n`);
    this.#output.write(`${this.#toStart()}${text}${painted.join('')}\u001b[J`);
    this.#drawn = lines.map(widthOf);
  }

  #painted(line: string, at: number): string {
    if (at === 0) return paint(this.#output, 'bold', line);
    return at === 1 ? paint(this.#output, 'dim', line) : line;
  }

  #frame(status: FlowStatus): string[] {
    const head = `${this.#title}  ${status.state}  ${durationText(status.elapsedMs)}`;
    const room = this.#output.rows - fixedLines;
    if (room < 1) return this.#output.rows < 2 ? [] : [head];
    const shown = this.#shown(status.nodes, room);
    const hidden = status.nodes.length - shown.length;
    const rows = shown.map((node) => [
      node.node,
      status.stateOf(node),
      ...[
        node.counts.running,
        node.counts.startable,
        node.counts.finished,
        failedIn(node.counts),
      ].map(grouped),
    ]);
    const more = hidden > 0 ? [`and ${grouped(hidden)} more, less busy`] : [];
    return [head, ...tableLines(columns, rows), ...more];
  }

  /** The nodes there is room for, in declaration order: those that do most before the others. */
  #shown(nodes: readonly NodeStatus[], room: number): readonly NodeStatus[] {
    if (nodes.length <= room) return nodes;
    const ranked = nodes.map((node, at) => ({ node, at, rank: this.#rank(node) }));
    for (const { node, counts } of nodes) this.#opened.set(node, counts.opened);
    return ranked
      .sort((a, b) => b.rank - a.rank || a.at - b.at)
      .slice(0, room - 1)
      .sort((a, b) => a.at - b.at)
      .map(({ node }) => node);
  }

  #rank({ node, counts }: NodeStatus): number {
    if (counts.running > 0) return 3;
    if (counts.startable > 0) return 2;
    return counts.opened === (this.#opened.get(node) ?? 0) ? 0 : 1;
  }
}
