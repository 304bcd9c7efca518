/** `netrun history`: the records of a run, all of them or those that are wanted, also as they come. */
import { nearest } from '../../dsl/nearest-name.ts';
import { asError } from '../../runtime/errors.ts';
import { eventTypes } from '../../runtime/history/event-types.ts';
import type { RecordedHistory } from '../../runtime/history/recorded-history.ts';
import { recordLine } from '../../runtime/history/record-line.ts';
import type { ActionRecord, EventRecord } from '../../runtime/history/record.ts';
import { actionSchemas } from '../../runtime/kernel/action-check.ts';
import { replayedSpec } from '../../runtime/replay/replayed-spec.ts';
import { withEvents } from '../../runtime/replay/with-events.ts';
import { counted } from '../../runtime/counted-noun.ts';
import { HistoryTail } from '../../runtime/history/history-tail.ts';
import { refusal } from '../problem.ts';
import { RecordFilter, type RecordWish } from '../record-filter.ts';
import { recordText } from '../record-text.ts';
import { openRun, readId, readSeq, runTitle } from '../recorded-run.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface HistoryOptions {
  readonly node?: string;
  readonly epoch?: string;
  readonly packet?: string;
  readonly event?: readonly string[];
  readonly action?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Milliseconds between two looks at a history that is followed. */
const lookEveryMs = 200;

/** Lines written at once. */
const linesPerWrite = 512;

/** Events after which nothing is written any more. */
const lastEvents: ReadonlySet<string> = new Set(['NetStopped', 'NetFailed']);

/** Throws CommandFailure where the net of the run has no such node. */
function assertNode({ header }: RecordedHistory, node: string): void {
  if (header.definition === undefined) return;
  const names = replayedSpec(header, undefined).nodes.map(({ name }) => name);
  if (names.includes(node)) return;
  const close = nearest(node, names);
  throw refusal(
    'NODE_UNKNOWN',
    `the net of the run has no node ${node}`,
    close === undefined ? `It has: ${names.join(', ')}.` : `Did you mean ${close}?`,
  );
}

/** Throws CommandFailure for a type of actions or events that there is not. */
function assertTypes(
  what: 'action' | 'event',
  asked: readonly string[],
  there: readonly string[],
): void {
  for (const type of asked) {
    if (there.includes(type)) continue;
    const close = nearest(type, there);
    throw refusal(
      'ARGUMENT_INVALID',
      `--${what} ${type}: there is no such ${what}`,
      close === undefined ? `There are: ${there.join(', ')}.` : `Did you mean ${close}?`,
    );
  }
}

function wishOf(options: HistoryOptions): RecordWish {
  const { node, epoch, packet, event = [], action = [], from, to } = options;
  assertTypes('event', event, eventTypes);
  assertTypes('action', action, [...actionSchemas.keys()]);
  return {
    ...(node === undefined ? {} : { node }),
    ...(epoch === undefined ? {} : { epoch: readId('epoch', epoch) }),
    ...(packet === undefined ? {} : { packet: readId('packet', packet) }),
    events: new Set(event),
    actions: new Set(action),
    from: from === undefined ? 1 : readSeq('--from', from),
    to: to === undefined ? Number.POSITIVE_INFINITY : readSeq('--to', to),
  };
}

/** Writes records as they are asked for, several at once. */
class RecordPrinter {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  #lines: string[] = [];
  count = 0;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
  }

  print(record: ActionRecord | EventRecord): void {
    this.count += 1;
    const { stdout } = this.#terminal;
    this.#lines.push(this.#json ? recordLine(record) : recordText(stdout, record));
    if (this.#lines.length >= linesPerWrite) this.flush();
  }

  flush(): void {
    if (this.#lines.length > 0) this.#terminal.stdout.write(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}

function show(
  history: RecordedHistory,
  wish: RecordWish,
  printer: RecordPrinter,
  terminal: Terminal,
): ExitCode {
  const filter = new RecordFilter(wish);
  let seen = 0;
  // Whose an epoch is stands at its beginning.
  const start = wish.node === undefined ? Math.max(1, wish.from) : 1;
  for (const record of withEvents(history).records(start)) {
    if (record.seq > wish.to) break;
    seen += 1;
    if (filter.wants(record)) printer.print(record);
  }
  printer.flush();
  if (printer.count === 0)
    terminal.stderr.write(`none of the ${counted(seen, 'record')} looked at is wanted\n`);
  return 0;
}

/** Shows what comes until the net has stopped, or somebody interrupts. */
function follow(
  tail: HistoryTail,
  wish: RecordWish,
  printer: RecordPrinter,
  terminal: Terminal,
): Promise<ExitCode> {
  const filter = new RecordFilter(wish);
  return new Promise((resolve, reject) => {
    const endings = [terminal.hold()];
    const finish = (settle: () => void): void => {
      for (const end of endings.splice(0)) end();
      settle();
    };
    const look = (): void => {
      try {
        let isOver = false;
        for (const record of tail.read()) {
          if (filter.wants(record)) printer.print(record);
          isOver ||= record.seq >= wish.to;
          isOver ||= record.type === 'event' && lastEvents.has(record.event);
        }
        printer.flush();
        if (isOver) finish(() => resolve(0));
      } catch (error) {
        finish(() => reject(asError(error)));
      }
    };
    endings.push(terminal.every(lookEveryMs, look));
    endings.push(
      terminal.listen((happening) => {
        if (happening.type === 'interrupt' || happening.type === 'terminate')
          finish(() => resolve(130));
        if (happening.type === 'fault') finish(() => reject(happening.error));
      }),
    );
    look();
  });
}

/** Shows records. Throws CommandFailure, and as `openHistory`. */
export async function history(
  path: string,
  options: HistoryOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const wish = wishOf(options);
  const recorded = openRun(path, terminal);
  if (wish.node !== undefined) assertNode(recorded, wish.node);
  const isFollowed = options.follow === true;
  if (isFollowed && wish.events.size > 0 && recorded.header.level === 'actions') {
    throw refusal(
      'ARGUMENT_INVALID',
      'the run writes down its actions only: there are no events to follow',
      'Leave --event out, or leave --follow out: then the events are worked out.',
    );
  }
  const json = options.json === true;
  if (!json) terminal.stdout.write(`${runTitle(recorded)}\n`);
  const printer = new RecordPrinter(terminal, json);
  if (isFollowed) return follow(new HistoryTail(path), wish, printer, terminal);
  return show(recorded, wish, printer, terminal);
}
