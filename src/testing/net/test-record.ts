/**
 * What a test net writes down beside its history: the values of all packets, and the record as a text.
 *
 * Owns: the values, also of packets that have ended; what no replay could work out. It is no file: nothing is
 * written before a test asks for it.
 * D1 the text of one test is the same on every machine: nothing in it tells of the run, the version, paths or
 * stacks. D2 it is a history as a file has it, that can be read, replayed and run again.
 */
import type { Action, Answer } from '../../machines/action.ts';
import type { JournalSink, JournalTarget } from '../../runtime/drive/journal.ts';
import { asError } from '../../runtime/errors.ts';
import type { History } from '../../runtime/history/history.ts';
import { historyUnwritable } from '../../runtime/history/history-errors.ts';
import { recordLine } from '../../runtime/history/record-line.ts';
import {
  type HistoryRecord,
  type OutsideData,
  type RecordedValue,
  actionOf,
  actionRecord,
} from '../../runtime/history/record.ts';
import type { RecordSource } from '../../runtime/replay/record-source.ts';
import { ValueRecorder } from '../../runtime/values/recorded-value.ts';
import { type Encoded, ValueEncoder } from '../../runtime/values/value-encoding.ts';
import type { StoredValue } from '../../runtime/values/values.ts';

/** The run that a text tells of, whichever it was: a ULID. */
export const anyRun = '00000000000000000000000000';

/** Errors without their stacks, which tell of the machine. */
function withoutStacks(encoded: Encoded): Encoded {
  if (typeof encoded !== 'object' || encoded === null) return encoded;
  if (Array.isArray(encoded)) return encoded.map(withoutStacks);
  const fields = Object.entries(encoded).map(([key, value]): [string, Encoded] => [
    key,
    withoutStacks(value),
  ]);
  const plain = Object.fromEntries(fields);
  return plain['$'] === 'error' ? { ...plain, stack: '' } : plain;
}

export class TestRecord {
  readonly #recorder = new ValueRecorder({ mode: 'inline' });
  readonly #values = new Map<string, StoredValue>();
  /** By the number of the action, from 0. */
  readonly #outside = new Map<number, OutsideData>();
  #actions = 0;
  /** Values of the action that is about to be appended. */
  #made: StoredValue[] = [];

  /** What a run is to write to. */
  sink(): JournalSink {
    let failure: ReturnType<typeof historyUnwritable> | null = null;
    const file: JournalTarget = {
      path: null,
      get failure() {
        return failure;
      },
      append: (action, answer, _at, outside) => this.#append(action, answer, outside),
      flush: () => undefined,
      durable: () => Promise.resolve(),
      rest: () => undefined,
      close: () => undefined,
      assertWritable: () => {
        if (failure !== null) throw failure;
      },
      fail: (error) => (failure = historyUnwritable('the record of the test', asError(error))),
    };
    return {
      file,
      recordValue: (value) => this.#record(value),
      recordThrown: (error) => withoutStacks(new ValueEncoder().encode(error, 'thrown')),
    };
  }

  /** Whether the packet was ever made. */
  has(packet: string): boolean {
    return this.#values.has(packet);
  }

  /** The value of a packet as it is kept, also of one that has ended. */
  stored(packet: string): StoredValue {
    return this.#values.get(packet);
  }

  /** The history as a file would have it, one line of JSON per record. */
  *lines(history: History): IterableIterator<string> {
    const source = this.source(history);
    yield recordLine(source.header);
    for (const record of source.records(1)) yield recordLine(record);
  }

  /** The records as a file would have them. */
  source(history: History): RecordSource {
    const { file: _, ...header } = history.header;
    const whole = (record: HistoryRecord): HistoryRecord => this.#whole(record);
    return {
      header: { ...header, run: anyRun, netrun: null },
      *records(from = 0) {
        for (const record of history.range(from)) yield whole(record);
      },
    };
  }

  #whole(record: HistoryRecord): HistoryRecord {
    if (record.type !== 'action') return record;
    const action = Number(record.id.slice(1)) - 1;
    const outside = this.#outside.get(action);
    if (outside === undefined) return record;
    const place = { seq: record.seq, at: record.at, action: action + 1 };
    return actionRecord(place, actionOf(record), record.rejected, outside);
  }

  #record(value: StoredValue): RecordedValue {
    this.#made.push(value);
    const recorded = this.#recorder.record(value);
    return 'value' in recorded ? { value: withoutStacks(recorded.value) } : recorded;
  }

  #append(_action: Action, answer: Answer, outside: OutsideData | undefined): void {
    if (outside !== undefined) this.#outside.set(this.#actions, outside);
    this.#actions += 1;
    const made = this.#made;
    this.#made = [];
    if (!answer.ok) return;
    const packets = answer.packet === undefined ? (answer.packets ?? []) : [answer.packet];
    for (const [at, packet] of packets.entries()) this.#values.set(packet, made[at]);
    for (const event of answer.events)
      if (event.event === 'PacketCreated' && event.copyOf !== undefined)
        this.#values.set(event.packet, this.#values.get(event.copyOf));
  }
}
