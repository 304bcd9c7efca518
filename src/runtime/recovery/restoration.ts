/**
 * Puts a run together again from its recorded actions.
 *
 * Owns: how what was recorded beside an action finds its place. The kernel, the history and the effects
 * are the run's own, so that everything they keep comes to be as it was.
 * W1 nothing is called, said or written, no timer fires and no attempt runs. W2 every answer of the kernel
 * is held against the record. W3 the event loop gets its turn every few milliseconds.
 */
import type {
  Acceptance,
  Action,
  EpochId,
  KernelEvent,
  PacketId,
  RecordedError,
} from '../../machines/action.ts';
import { NetrunError } from '../../errors.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { isUncloneable } from '../epochs/recordable.ts';
import { errorOf } from '../epochs/recorded-error.ts';
import { KernelFailed } from '../errors.ts';
import {
  type ActionRecord,
  type EventRecord,
  type HistoryRecord,
  actionOf,
  eventRecord,
} from '../history/record.ts';
import { RecordCheck, differenceError } from '../replay/record-check.ts';
import type { RecordSource } from '../replay/record-source.ts';
import type { Run } from '../run.ts';
import type { RecordedValue } from '../history/record.ts';
import type { StoredValue } from '../values/values.ts';
import { OperationsInFlight } from './operations-in-flight.ts';
import { RecordedConsequences } from './recorded-consequences.ts';
import { RecordedMemory } from './recorded-memory.ts';
import { type ReadValue, UnreadValue } from './unread-value.ts';

/** Milliseconds after which the event loop gets its turn. */
const sliceMs = 10;

/** Actions after which attempts that are over are forgotten. */
const forgetAfter = 4096;

const nothing: readonly StoredValue[] = [];

export class Restoration {
  readonly #run: Run;
  readonly #read: (recorded: RecordedValue) => ReadValue;
  readonly #consequences: RecordedConsequences;
  readonly #memory = new RecordedMemory();
  readonly operations = new OperationsInFlight();
  /** Values given from outside, by input port. */
  readonly injected = new Map<string, number>();
  #actions = 0;
  #now = 0;
  /** The last action: what the kernel made of it, how many of its events were recorded, and when it was. */
  #last: {
    readonly seq: number;
    readonly made: readonly KernelEvent[];
    readonly seen: number;
    readonly at: number;
  } = { seq: 0, made: [], seen: 0, at: 0 };

  constructor(run: Run, read: (recorded: RecordedValue) => ReadValue) {
    this.#run = run;
    this.#read = read;
    this.#consequences = new RecordedConsequences(run.deadLetters);
  }

  /** Milliseconds: the latest time of any action. */
  get now(): number {
    return this.#now;
  }

  /** Actions taken. */
  get actions(): number {
    return this.#actions;
  }

  /** Events of the last action that were not written any more. `at` in milliseconds. */
  get unwritten(): { readonly events: readonly KernelEvent[]; readonly at: number } {
    const { made, seen, at } = this.#last;
    return { events: made.slice(seen), at };
  }

  /** The history that was taken, with what was not written any more. */
  completed(history: RecordSource): RecordSource {
    const { events, at } = this.unwritten;
    const action = this.#actions;
    const seq = this.#last.seq + this.#last.seen;
    const place = (number: number) => ({
      seq: seq + number,
      at: new Date(at).toISOString(),
      action,
    });
    return {
      header: history.header,
      *records(from) {
        yield* history.records(from);
        if (history.header.level === 'full')
          for (const [number, event] of events.entries())
            yield eventRecord(place(number + 1), seq + number + 1 - action, event);
      },
    };
  }

  /**
   * Takes all records, the header left out. Throws NonDeterminismError where the kernel answers otherwise
   * than it did, `RECOVERY_REFUSED` for a run whose kernel failed.
   */
  async take(records: Iterable<HistoryRecord>): Promise<void> {
    const { effects, deadLetters, timers, loop } = this.#run;
    loop.fallAsleep();
    timers.hold();
    deadLetters.restore();
    const live = effects.setConsequences(this.#consequences);
    let action: ActionRecord | null = null;
    let events: EventRecord[] = [];
    let sliceEnd = performance.now() + sliceMs;
    for (const record of records) {
      if (record.type === 'header') continue;
      if (record.type === 'event') {
        events.push(record);
        continue;
      }
      if (action !== null) this.#take(action, events, record.seq - action.seq - 1);
      action = record;
      events = [];
      if (performance.now() < sliceEnd) continue;
      await new Promise<void>((done) => {
        setImmediate(done);
      });
      sliceEnd = performance.now() + sliceMs;
    }
    if (action !== null) this.#take(action, events, null);
    effects.forgetOverdue();
    effects.setConsequences(live);
  }

  /** `count` is the number of events that were recorded; null for the last action, whose may be missing. */
  #take(record: ActionRecord, events: readonly EventRecord[], count: number | null): void {
    const { kernel, history } = this.#run;
    this.#actions += 1;
    const action = actionOf(record);
    const failure = events.find(({ event }) => event === 'NetFailed');
    if (failure !== undefined)
      throw failed(record, new Error((failure['error'] as RecordedError | undefined)?.message));
    let answer;
    try {
      answer = kernel.apply(action);
    } catch (thrown) {
      if (thrown instanceof KernelFailed) throw failed(record, thrown);
      throw thrown;
    }
    const check = new RecordCheck(record, this.#actions, answer);
    for (const event of events) check.see(event);
    if (count !== null) check.end(count);
    if (check.difference !== null) throw differenceError(check.difference);
    const at = Date.parse(record.at);
    if (answer.ok) this.#now = Math.max(this.#now, action.now ?? 0);
    history.append(action, answer, at);
    this.#last = { seq: record.seq, made: answer.ok ? answer.events : [], seen: events.length, at };
    if (answer.ok) this.#follow(record, action, answer, at);
    if (this.#actions % forgetAfter === 0) this.#run.effects.forgetOverdue();
  }

  #follow(record: ActionRecord, action: Action, answer: Acceptance, at: number): void {
    const { effects, deadLetters, timers } = this.#run;
    this.#consequences.now = action.now ?? at;
    const storyOf = (epoch: EpochId) => effects.story(epoch);
    this.#prepare(record, action, answer);
    for (const event of answer.events) this.#memory.follow(event, (epoch) => storyOf(epoch)?.node);
    this.operations.follow({ action, answer }, storyOf);
    if (action.type === 'FireTimer') timers.clear(action.key);
    if (action.type === 'InjectPacket' && action.letter === undefined)
      this.injected.set(action.port, (this.injected.get(action.port) ?? 0) + 1);
    const made = answer.packet ?? answer.packets;
    const values = made === undefined ? nothing : this.#valuesOf(record, answer);
    effects.follow(action, answer, values, record.values);
    deadLetters.followRecorded(action, answer);
  }

  #valuesOf({ values }: ActionRecord, { packet, packets }: Acceptance): readonly StoredValue[] {
    const count = packet === undefined ? (packets?.length ?? 0) : 1;
    return Array.from({ length: count }, (_, at) => new UnreadValue(values?.[at], this.#read));
  }

  /** What the function of an epoch had at hand is in its story, as it was when the action was applied. */
  #prepare(record: ActionRecord, action: Action, { events }: Acceptance): void {
    const { effects } = this.#run;
    switch (action.type) {
      case 'FailAttempt': {
        const story = effects.story(action.epoch);
        if (story === undefined) break;
        story.thrown = errorOf(action.error, record.thrown);
        for (const operation of action.dropped ?? []) this.#received(story, operation);
        break;
      }
      case 'ConsumePacket':
        for (const event of events) {
          const story = consumer(event);
          if (story !== undefined) this.#received(effects.story(story), action);
        }
        break;
      case 'CommitEpoch':
        for (const operation of action.operations)
          if (operation.type === 'Record') this.#received(effects.story(action.epoch), operation);
        break;
      case 'Record':
        this.#received(effects.story(action.epoch), action);
        break;
      default:
        for (const event of events) {
          if (event.event !== 'AttemptStarted') continue;
          const story = effects.story(event.epoch);
          if (story !== undefined) story.received = null;
        }
    }
  }

  /** The value of a lazy packet was made, to be consumed next. */
  #lazyMade(story: EpochStory, packet: string, value: unknown): void {
    const id = packet as PacketId;
    const { values } = this.#run;
    if (isUncloneable(value)) return;
    if (values.stored(id) instanceof UnreadValue) values.put(id, value);
    if (story.received?.has(id) === true) story.received.set(id, value);
  }

  /** The value of a packet that was consumed, or, where it was lazy, what came of it. */
  #received(
    story: EpochStory | undefined,
    operation: {
      readonly type: string;
      readonly packet?: string;
      readonly kind?: string;
      readonly value?: unknown;
    },
  ): void {
    if (story === undefined) return;
    if (operation.type === 'ConsumePacket' && operation.packet?.startsWith('p') === true) {
      const packet = operation.packet as PacketId;
      (story.received ??= new Map()).set(packet, this.#run.values.stored(packet));
    } else if (operation.type === 'Record' && operation.kind === 'lazy') {
      const made = operation.value as {
        readonly packet?: unknown;
        readonly value?: unknown;
      } | null;
      if (typeof made?.packet === 'string') this.#lazyMade(story, made.packet, made.value);
    }
  }
}

/** The epoch in which a packet was consumed. */
function consumer(event: KernelEvent): EpochId | undefined {
  return event.event === 'PacketConsumed' && event.from.type === 'Node'
    ? event.from.epoch
    : undefined;
}

function failed(record: ActionRecord, cause: Error): NetrunError {
  return new NetrunError(
    'RECOVERY_REFUSED',
    `the run failed at record ${record.seq}, ${record.action}: ${cause.message}`,
    { cause, hint: 'Begin a new run.' },
  );
}
