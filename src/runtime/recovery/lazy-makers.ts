/**
 * The attempts that made the lazy values of a run, found in its history, and whether they can be run again.
 *
 * Owns: the attempts found. K1 nothing is called. K2 an attempt that consumed a lazy value of whose result no
 * copy was kept needs that value's function too: its own maker is found with it.
 */
import type { NetSpec } from '../../machines/spec.ts';
import type { PacketId } from '../../machines/action.ts';
import { isUncloneable } from '../epochs/recordable.ts';
import type { HistoryReader } from '../history/history.ts';
import type { ActionRecord, EventRecord, RecordedValue } from '../history/record.ts';
import { type AttemptRecord, AttemptRecords } from '../replay/attempt-records.ts';
import { type RecordSource, recordSource } from '../replay/record-source.ts';
import { withEvents } from '../replay/with-events.ts';
import type { RunNode } from '../setup/run-node.ts';
import type { Run } from '../run.ts';
import { type ValueTexts, readValue } from '../values/recorded-value.ts';
import { LazyLineage, type PassedPort } from './lazy-lineage.ts';

export interface LazySource {
  /** With all events of its last action; its definition need not be in it. */
  readonly history: RecordSource | HistoryReader;
  readonly spec: NetSpec;
  /** The nodes with their functions, and memory that may be written to. */
  nodes(): ReadonlyMap<string, RunNode>;
  /** Where values are that do not stand in their records. */
  readonly texts: Pick<ValueTexts, 'get'> | null;
}

/** What `run` and its history have. */
export function lazySource(run: Run, history: LazySource['history']): LazySource {
  const { spec, texts } = run;
  const nodes = () =>
    new Map([...run.nodes].map(([name, node]) => [name, { ...node, memory: new Map() }]));
  return { history, spec, nodes, texts };
}

/** Which packet of which attempt a lazy value was made for. */
export interface LazyMaker {
  readonly record: AttemptRecord;
  /** Among the packets that the attempt made, from 0. */
  readonly position: number;
  /** Output ports that the value went by, in order. */
  readonly ports: readonly PassedPort[];
}

/** Why there is no function: the end of a sentence that begins with the value. */
export interface NoMaker {
  readonly missing: string;
}

const unreached = 'is lazy, and the history does not reach back to the epoch that made it';

/** Lazy inputs of whose results no copy was kept. */
function calledAgain({ operations, inputs, lazy }: AttemptRecord): readonly PacketId[] {
  const found: PacketId[] = [];
  for (const { operation } of operations) {
    if (operation.type !== 'ConsumePacket') continue;
    const packet = operation.packet as PacketId;
    const recorded = inputs.get(packet);
    const isLazy = recorded !== undefined && 'lazy' in recorded;
    if (lazy.has(packet) ? isUncloneable(lazy.get(packet)) && inputs.has(packet) : isLazy)
      found.push(packet);
  }
  return found;
}

export class LazyMakers {
  readonly #source: LazySource;
  readonly #lineage = new LazyLineage();
  /** By the packets that they made. */
  readonly #attempts = new Map<PacketId, AttemptRecord>();
  readonly #missing = new Map<PacketId, string | null>();
  #isWhole = false;

  /** Finds the makers of the values of `packets`. Throws as reading the history does. */
  constructor(packets: readonly PacketId[], source: LazySource) {
    this.#source = source;
    let isFirst = true;
    for (const record of this.#records()) {
      this.#isWhole ||= isFirst && record.seq === 1;
      isFirst = false;
      if (!this.#isWhole) return;
      this.#lineage.follow(record);
    }
    for (let wanted = this.#originsOf(packets); wanted.size > 0;) {
      const found = this.#find(wanted);
      const more = this.#originsOf(found.flatMap((record) => calledAgain(record)));
      wanted = new Set([...more].filter((packet) => !this.#attempts.has(packet)));
    }
  }

  /** The maker of a packet's value; why there is none. */
  of(packet: PacketId): LazyMaker | NoMaker {
    if (!this.#isWhole) return { missing: unreached };
    const origin = this.#lineage.of(packet);
    const record = origin === undefined ? undefined : this.#attempts.get(origin.packet);
    if (origin === undefined || record === undefined)
      return { missing: 'is lazy, and was made by no node' };
    const obstacle = this.#obstacle(origin.packet, record);
    if (obstacle !== null) return { missing: toldOf(record, obstacle) };
    const position = record.made.findIndex((made) => made.packet === origin.packet);
    return { record, position, ports: origin.ports };
  }

  /** All attempts that were found. */
  records(): ReadonlySet<AttemptRecord> {
    return new Set(this.#attempts.values());
  }

  /** Lazy inputs of the attempt whose functions are to be called again. */
  neededBy(record: AttemptRecord): readonly PacketId[] {
    return calledAgain(record);
  }

  /** Inputs that the attempt consumed, as they are recorded. */
  *inputsOf({
    operations,
    inputs,
  }: AttemptRecord): IterableIterator<readonly [packet: PacketId, recorded: RecordedValue]> {
    for (const { operation } of operations) {
      if (operation.type !== 'ConsumePacket') continue;
      const packet = operation.packet as PacketId;
      const recorded = inputs.get(packet);
      if (recorded !== undefined) yield [packet, recorded];
    }
  }

  *#records(): IterableIterator<ActionRecord | EventRecord> {
    const { history, spec } = this.#source;
    for (const record of withEvents(recordSource(history), spec).records(1))
      if (record.type !== 'header') yield record;
  }

  #originsOf(packets: readonly PacketId[]): Set<PacketId> {
    const origins = packets.map((packet) => this.#lineage.of(packet)?.packet);
    return new Set(origins.filter((origin) => origin !== undefined));
  }

  #find(wanted: ReadonlySet<PacketId>): readonly AttemptRecord[] {
    const found: AttemptRecord[] = [];
    for (const record of new AttemptRecords(this.#source.nodes()).of(this.#records())) {
      const made = record.made.filter(({ packet }) => wanted.has(packet));
      for (const { packet } of made) this.#attempts.set(packet, record);
      if (made.length > 0) found.push(record);
    }
    return found;
  }

  /** Why the attempt cannot be run again on what it was given; null where it can. */
  #obstacle(origin: PacketId, record: AttemptRecord): string | null {
    const known = this.#missing.get(origin);
    if (known !== undefined) return known;
    const obstacle = this.#findObstacle(record);
    this.#missing.set(origin, obstacle);
    return obstacle;
  }

  #findObstacle(record: AttemptRecord): string | null {
    for (const [key, value] of record.memory)
      if (isUncloneable(value))
        return `what its node remembered as ${JSON.stringify(key)} is a ${value.uncloneable}, of which no copy was kept`;
    const again = new Set(calledAgain(record));
    for (const packet of again) {
      const maker = this.of(packet);
      if ('missing' in maker) return `the value of ${packet} ${maker.missing}`;
    }
    for (const { operation } of record.operations) {
      if (operation.type !== 'ConsumePacket') continue;
      const packet = operation.packet as PacketId;
      if (!record.inputs.has(packet) || record.lazy.has(packet) || again.has(packet)) continue;
      const missing = this.#missingInput(record, packet);
      if (missing !== null) return `the value of ${packet}, which it consumed, ${missing}`;
    }
    return null;
  }

  #missingInput({ inputs }: AttemptRecord, packet: PacketId): string | null {
    const recorded = inputs.get(packet);
    if (recorded === undefined) return 'was not recorded';
    const read = readValue(recorded, this.#source.texts);
    return 'missing' in read ? read.missing : null;
  }
}

/** The end of a sentence that begins with a lazy value of the attempt. */
export function toldOf({ epoch, node, attempt }: AttemptRecord, why: string): string {
  const which = attempt === 0 ? '' : `, attempt ${attempt}`;
  return `is lazy, and epoch ${epoch} of node ${node}${which}, which made it, cannot be run again: ${why}`;
}
