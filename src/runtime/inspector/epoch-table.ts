/**
 * Every epoch of a run in columns, read from its history, and how each stood at an instant.
 *
 * Owns: one row per epoch, in the order of their opening. The columns grow with the history and are never
 * changed but for the ends of what was open.
 */
import type { EpochId, KernelEvent, RecordedError } from '../../machines/action.ts';
import type { AttemptView, EpochRow, EpochWord } from './history-view.ts';

type EndKind = 'finished' | 'failed' | 'timedOut' | 'cancelled';

const ends: Readonly<Record<string, EndKind>> = {
  EpochFinished: 'finished',
  EpochFailed: 'failed',
  EpochTimedOut: 'timedOut',
  EpochCancelled: 'cancelled',
};

/** An attempt after which there was another one, or that was one of several. */
interface Attempt {
  readonly attempt: number;
  readonly startSeq: number;
  readonly start: number;
  endSeq: number;
  end: number;
  error: string | null;
}

/** What only some epochs have. */
interface Story {
  readonly attempts: Attempt[];
  note: string | null;
}

/** Where an event stands. */
export interface Placed {
  readonly seq: number;
  readonly at: number;
}

export function errorText({ name, message }: RecordedError): string {
  return `${name}: ${message}`;
}

export class EpochTable {
  /** The number of the first epoch whose opening the history has. */
  #base = 0;
  readonly #nodes: number[] = [];
  readonly #conditions: string[] = [];
  readonly #opened: number[] = [];
  readonly #openedSeqs: number[] = [];
  readonly #started: number[] = [];
  readonly #startedSeqs: number[] = [];
  readonly #ended: number[] = [];
  readonly #endedSeqs: number[] = [];
  readonly #ends: EndKind[] = [];
  readonly #inputs: number[] = [];
  readonly #outputs: number[] = [];
  readonly #stories = new Map<number, Story>();
  readonly #names: readonly string[];

  /** `names` are those of the nodes, by their index. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** The row of an epoch; undefined where the history does not have its opening. */
  row(epoch: EpochId): number | undefined {
    const row = Number(epoch.slice(1)) - this.#base;
    return row >= 0 && row < this.size ? row : undefined;
  }

  epoch(row: number): EpochId {
    return `e${this.#base + row}`;
  }

  node(row: number): number {
    return this.#nodes[row] ?? 0;
  }

  openedSeq(row: number): number {
    return this.#openedSeqs[row] ?? 0;
  }

  /** Rows whose epochs were opened by the instant: the first so many. */
  get openedSeqs(): readonly number[] {
    return this.#openedSeqs;
  }

  /** Number of the record of its end; 0 where it has not ended. */
  endedSeq(row: number): number {
    return this.#endedSeqs[row] ?? 0;
  }

  open(epoch: EpochId, node: number, { seq, at }: Placed): void {
    if (this.size === 0) this.#base = Number(epoch.slice(1));
    this.#nodes.push(node);
    this.#conditions.push('');
    this.#opened.push(at);
    this.#openedSeqs.push(seq);
    this.#started.push(0);
    this.#startedSeqs.push(0);
    this.#ended.push(0);
    this.#endedSeqs.push(0);
    this.#ends.push('finished');
    this.#inputs.push(0);
    this.#outputs.push(0);
  }

  /** Takes in what happened to an epoch of the table. */
  note(row: number, event: KernelEvent, { seq, at }: Placed): void {
    switch (event.event) {
      case 'InputSalvoTriggered':
        this.#conditions[row] = event.condition;
        this.#inputs[row] = event.packets.length;
        break;
      case 'OutputSalvoTriggered':
        this.#outputs[row] = (this.#outputs[row] ?? 0) + event.packets.length;
        break;
      case 'EpochStarted':
        this.#started[row] = at;
        this.#startedSeqs[row] = seq;
        break;
      case 'AttemptStarted':
        this.#story(row).attempts.push(begun(event.attempt, seq, at));
        break;
      case 'EpochFailed':
        this.#attemptEnds(row, { seq, at }, errorText(event.error));
        if (event.final) this.#end(row, 'failed', { seq, at });
        break;
      case 'EpochFinished':
      case 'EpochTimedOut':
      case 'EpochCancelled':
        if (event.event === 'EpochCancelled') this.#story(row).note = event.reason;
        if (this.#stories.has(row)) this.#attemptEnds(row, { seq, at }, null);
        this.#end(row, ends[event.event] ?? 'finished', { seq, at });
        break;
      default:
    }
  }

  /** The epoch as it stood at an instant at which it had been opened. */
  at(row: number, instant: number): EpochRow {
    const started = this.#startedSeqs[row] ?? 0;
    const ended = this.#endedSeqs[row] ?? 0;
    const isStarted = started > 0 && started <= instant;
    const hasEnded = ended > 0 && ended <= instant;
    const attempts = isStarted ? this.#attempts(row, instant, hasEnded) : [];
    const lastError = attempts.findLast(({ error }) => error !== null)?.error ?? null;
    const note = hasEnded ? (this.#stories.get(row)?.note ?? null) : null;
    return {
      epoch: this.epoch(row),
      node: this.#names[this.node(row)] ?? '',
      state: this.#word(row, isStarted, hasEnded, attempts),
      condition: this.#conditions[row] ?? '',
      opened: this.#opened[row] ?? 0,
      openedSeq: this.openedSeq(row),
      started: isStarted ? (this.#started[row] ?? 0) : null,
      startedSeq: isStarted ? started : null,
      ended: hasEnded ? (this.#ended[row] ?? 0) : null,
      endedSeq: hasEnded ? ended : null,
      inputs: this.#inputs[row] ?? 0,
      outputs: this.#outputs[row] ?? 0,
      attempts,
      note: note ?? lastError,
    };
  }

  #word(
    row: number,
    isStarted: boolean,
    hasEnded: boolean,
    attempts: readonly AttemptView[],
  ): EpochWord {
    if (hasEnded) return this.#ends[row] ?? 'finished';
    if (!isStarted) return 'startable';
    return attempts.at(-1)?.outcome === 'running' ? 'running' : 'retrying';
  }

  #attempts(row: number, instant: number, hasEnded: boolean): readonly AttemptView[] {
    const story = this.#stories.get(row);
    const end = this.#endedSeqs[row] ?? 0;
    const outcome = this.#ends[row] ?? 'finished';
    const list = story === undefined || story.attempts.length === 0 ? null : story.attempts;
    const attempts = list ?? [begun(0, this.#startedSeqs[row] ?? 0, this.#started[row] ?? 0)];
    return attempts
      .filter(({ startSeq }) => startSeq <= instant)
      .map(({ attempt, start, startSeq, ...rest }, at, all) => {
        const isLast = at === all.length - 1;
        const own = rest.endSeq > 0 && rest.endSeq <= instant;
        const byEpoch = !own && isLast && hasEnded;
        return {
          attempt,
          start,
          startSeq,
          end: own ? rest.end : byEpoch ? (this.#ended[row] ?? 0) : null,
          endSeq: own ? rest.endSeq : byEpoch ? end : null,
          outcome: own && rest.error !== null ? 'failed' : own || byEpoch ? outcome : 'running',
          error: own ? rest.error : null,
        };
      });
  }

  #story(row: number): Story {
    let story = this.#stories.get(row);
    if (story === undefined) {
      story = { attempts: [], note: null };
      this.#stories.set(row, story);
    }
    return story;
  }

  #attemptEnds(row: number, { seq, at }: Placed, error: string | null): void {
    const { attempts } = this.#story(row);
    const startSeq = this.#startedSeqs[row] ?? 0;
    if (startSeq === 0) return;
    if (attempts.length === 0) attempts.push(begun(0, startSeq, this.#started[row] ?? 0));
    const last = attempts.at(-1);
    if (last === undefined || last.endSeq > 0) return;
    last.endSeq = seq;
    last.end = at;
    last.error = error;
  }

  #end(row: number, kind: EndKind, { seq, at }: Placed): void {
    this.#ends[row] = kind;
    this.#ended[row] = at;
    this.#endedSeqs[row] = seq;
  }
}

function begun(attempt: number, startSeq: number, start: number): Attempt {
  return { attempt, startSeq, start, endSeq: 0, end: 0, error: null };
}
