/** Pages of a run's log. */
import type { LogLine } from '../logs/logs.ts';
import type { LogView, LogsView } from './history-view.ts';
import type { Asked } from './protocol.ts';
import type { Page } from './value-view.ts';
import { type Redaction, previewOf } from './value-text.ts';
import type { LogSource, WatchedRun } from './watched-run.ts';

/** Lines that one question looks at. */
const scanLines = 50_000;

/** Characters of a message, of the other fields, of a stack. */
const textChars = 4000;
const fieldChars = 2000;
const stackChars = 16_384;

/** What every line has, and what stands by itself. */
const usual: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'run', 'node', 'epoch', 'err']);

type LogFilter = Pick<Asked<'logs'>, 'node' | 'epoch' | 'level' | 'text' | 'until'>;

const noLog: LogSource = { count: 0, first: 0, line: () => undefined };

export class LogSearch {
  readonly #logs: LogSource;
  readonly #redaction: Redaction;

  constructor({ logs }: WatchedRun, redaction: Redaction) {
    this.#logs = logs ?? noLog;
    this.#redaction = redaction;
  }

  page({ after, tail, before, limit, ...wish }: Asked<'logs'>): LogsView {
    const { first, count } = this.#logs;
    const lines: LogView[] = [];
    const isCut = first > 0;
    if (tail) {
      for (let at = Math.min(before ?? count, count) - 1; at >= first && lines.length < limit; at--)
        this.#take(at, wish, lines);
      return { lines: lines.toReversed(), last: count - 1, isCut };
    }
    let at = Math.max(after + 1, first);
    const end = Math.min(count, at + scanLines);
    for (; at < end && lines.length < limit; at++) this.#take(at, wish, lines);
    return { lines, last: Math.max(after, at - 1), isCut };
  }

  ofEpoch(
    epoch: string,
    { logOffset, logLimit }: Pick<Asked<'epoch'>, 'logOffset' | 'logLimit'>,
  ): Page<LogView> {
    const found: LogView[] = [];
    const { first, count } = this.#logs;
    let total = 0;
    for (let at = first; at < count; at++) {
      const line = this.#logs.line(at);
      if (line?.epoch !== epoch) continue;
      if (total >= logOffset && found.length < logLimit) found.push(this.#view(at, line));
      total += 1;
    }
    return { items: found, offset: logOffset, total };
  }

  #take(at: number, { node, epoch, level, text, until }: LogFilter, lines: LogView[]): void {
    const line = this.#logs.line(at);
    if (line === undefined || line.level < level) return;
    if (until !== undefined && line.time > until) return;
    if (node !== undefined && line.node !== node) return;
    if (epoch !== undefined && line.epoch !== epoch) return;
    const view = this.#view(at, line);
    const part = text?.toLowerCase() ?? '';
    if (part === '' || `${view.text} ${view.fields}`.toLowerCase().includes(part)) lines.push(view);
  }

  #view(at: number, line: LogLine): LogView {
    const fields = Object.fromEntries(Object.entries(line).filter(([key]) => !usual.has(key)));
    const { stack } = (line['err'] ?? {}) as { readonly stack?: unknown };
    const isEmpty = Object.keys(fields).length === 0;
    return {
      line: at,
      level: line.level,
      time: line.time,
      text: (line.msg ?? '').slice(0, textChars),
      node: line.node ?? null,
      epoch: line.epoch ?? null,
      fields: isEmpty ? '' : previewOf(fields, this.#redaction, fieldChars).text,
      stack: typeof stack === 'string' ? stack.slice(0, stackChars) : null,
    };
  }
}
