/**
 * What every packet of a history was made from, and what was made of it.
 *
 * Owns: the derivations, as columns of numbers by row, from records that it is given in order, each once.
 * D1 a packet's row is that of its first mention; one that was made before the history begins has a row too.
 * D2 what was made, taken or copied first comes first.
 */
import type { EpochId, PacketId, SalvoPackets } from '../../machines/action.ts';
import type { EventRecord, HistoryRecord } from '../history/record.ts';
import {
  epochField,
  optionalEpoch,
  optionalPacket,
  packetField,
  placeField,
  salvoField,
  textField,
} from './event-fields.ts';

/** No row. */
const none = -1;

export type PacketEnd = 'live' | 'consumed' | 'destroyed';
const ends: readonly PacketEnd[] = ['live', 'consumed', 'destroyed'];

/** How one packet came to be of another. */
export type Derivation = 'made' | 'copy' | 'retry';

/** One step from a packet to one that it was made from, or that was made of it. */
export interface DerivedPacket {
  readonly row: number;
  readonly how: Derivation;
  /** Row of the epoch between them; null for copies and retries. */
  readonly epoch: number | null;
  /** The input port by which the packet that was made of went into that epoch. */
  readonly port: string | null;
}

/** Numbers that come one after the other, in lists that begin at a row. */
class Lists {
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #items: number[] = [];
  readonly #next: number[] = [];

  add(row: number, item: number): void {
    const at = this.#items.push(item) - 1;
    this.#next.push(none);
    while (this.#first.length <= row) {
      this.#first.push(none);
      this.#last.push(none);
    }
    const last = this.#last[row] ?? none;
    if (last === none) this.#first[row] = at;
    else this.#next[last] = at;
    this.#last[row] = at;
  }

  *of(row: number): IterableIterator<number> {
    for (let at = this.#first[row] ?? none; at !== none; at = this.#next[at] ?? none)
      yield this.#items[at] ?? none;
  }
}

/** Texts as numbers, and back. */
class Texts {
  readonly #codes = new Map<string, number>();
  readonly #texts: string[] = [];

  code(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.#texts.push(text) - 1;
      this.#codes.set(text, code);
    }
    return code;
  }

  text(code: number): string {
    return this.#texts[code] ?? '';
  }
}

/** Ids as rows, by their counters. */
class Ids {
  readonly #rows = new Map<number, number>();
  readonly #counters: number[] = [];

  row(id: string): number {
    const counter = Number(id.slice(1));
    let row = this.#rows.get(counter);
    if (row === undefined) {
      row = this.#counters.push(counter) - 1;
      this.#rows.set(counter, row);
    }
    return row;
  }

  find(id: string): number | undefined {
    return this.#rows.get(Number(id.slice(1)));
  }

  counter(row: number): number {
    return this.#counters[row] ?? 0;
  }
}

export class PacketGraph {
  readonly #packets = new Ids();
  readonly #epochs = new Ids();
  readonly #texts = new Texts();
  /** By packet: seq of its creation (0: not in the history), the epoch it was made in, the port it was put at. */
  readonly #born: number[] = [];
  readonly #maker: number[] = [];
  readonly #entry: number[] = [];
  readonly #original: number[] = [];
  readonly #retried: number[] = [];
  /** By packet: how it ended, in which epoch, and at which record. */
  readonly #end: number[] = [];
  readonly #endEpoch: number[] = [];
  readonly #endSeq: number[] = [];
  readonly #derived = new Lists();
  /** By epoch: its node; the packets of its salvo, from a place in `#salvoPackets` on; what it made. */
  readonly #node: number[] = [];
  readonly #salvoStart: number[] = [];
  readonly #salvoSize: number[] = [];
  readonly #salvoPackets: number[] = [];
  readonly #salvoPorts: number[] = [];
  readonly #made = new Lists();
  /** By packet: places in `#salvoPackets`, and the epoch of each such place. */
  readonly #uses = new Lists();
  readonly #salvoEpochs: number[] = [];

  /** The next record. Throws `HISTORY_INVALID` with the number of one that is malformed. */
  take(record: HistoryRecord): void {
    if (record.type === 'event') this.#note(record);
  }

  /** The row of a packet; undefined where the history does not know it. */
  find(packet: string): number | undefined {
    return this.#packets.find(packet);
  }

  packet(row: number): PacketId {
    return `p${this.#packets.counter(row)}`;
  }

  epoch(row: number): { readonly epoch: EpochId; readonly node: string } {
    const name = this.#node[row] ?? none;
    return {
      epoch: `e${this.#epochs.counter(row)}`,
      node: name === none ? '' : this.#texts.text(name),
    };
  }

  /** Number of the record that tells of its creation; null where the history does not have it. */
  bornAt(row: number): number | null {
    return this.#born[row] === 0 ? null : (this.#born[row] ?? null);
  }

  /** Row of the epoch that made it; null for one from outside, for a copy and for one of before. */
  makerOf(row: number): number | null {
    const maker = this.#maker[row] ?? none;
    return maker === none ? null : maker;
  }

  /** The first port it was put at from outside, `Node.port`. */
  entryOf(row: number): string | null {
    const entry = this.#entry[row] ?? none;
    return entry === none ? null : this.#texts.text(entry);
  }

  /** How it ended, in which epoch (its row) and at which record. */
  endOf(row: number): {
    readonly end: PacketEnd;
    readonly epoch: number | null;
    readonly seq: number;
  } {
    const epoch = this.#endEpoch[row] ?? none;
    return {
      end: ends[this.#end[row] ?? 0] ?? 'live',
      epoch: epoch === none ? null : epoch,
      seq: this.#endSeq[row] ?? 0,
    };
  }

  /** What it was made from. */
  *from(row: number): IterableIterator<DerivedPacket> {
    const original = this.#original[row] ?? none;
    const retried = this.#retried[row] ?? none;
    if (original !== none) yield { row: original, how: 'copy', epoch: null, port: null };
    if (retried !== none) yield { row: retried, how: 'retry', epoch: null, port: null };
    const maker = this.makerOf(row);
    // A copy is of its original, whichever epoch sent it.
    if (maker === null || original !== none) return;
    const start = this.#salvoStart[maker] ?? 0;
    for (let at = start; at < start + (this.#salvoSize[maker] ?? 0); at++)
      yield this.#step(this.#salvoPackets[at] ?? none, maker, at);
  }

  /** What was made of it. */
  *into(row: number): IterableIterator<DerivedPacket> {
    for (const derived of this.#derived.of(row)) {
      const how = this.#original[derived] === row ? 'copy' : 'retry';
      yield { row: derived, how, epoch: null, port: null };
    }
    for (const place of this.#uses.of(row)) {
      const epoch = this.#salvoEpochs[place] ?? none;
      for (const made of this.#made.of(epoch)) yield this.#step(made, epoch, place);
    }
  }

  #step(row: number, epoch: number, place: number): DerivedPacket {
    return { row, how: 'made', epoch, port: this.#texts.text(this.#salvoPorts[place] ?? none) };
  }

  #note(event: EventRecord): void {
    switch (event.event) {
      case 'PacketCreated':
        this.#create(event);
        break;
      case 'PacketConsumed':
      case 'PacketDestroyed':
        this.#finish(event, event.event === 'PacketConsumed' ? 1 : 2);
        break;
      case 'PacketMoved':
        this.#move(event);
        break;
      case 'EpochCreated':
        this.#node[this.#epochRow(epochField(event))] = this.#texts.code(textField(event, 'node'));
        break;
      case 'InputSalvoTriggered':
        this.#take(this.#epochRow(epochField(event)), salvoField(event));
        break;
      default:
    }
  }

  #create(event: EventRecord): void {
    const row = this.#packetRow(packetField(event));
    this.#born[row] = event.seq;
    const original = optionalPacket(event, 'copyOf');
    const retried = optionalPacket(event, 'retryOf');
    if (original !== undefined) this.#derive(this.#original, this.#packetRow(original), row);
    if (retried !== undefined) this.#derive(this.#retried, this.#packetRow(retried), row);
    const epoch = optionalEpoch(event);
    if (epoch === undefined) return;
    const maker = this.#epochRow(epoch);
    this.#maker[row] = maker;
    if (original === undefined) this.#made.add(maker, row);
  }

  #derive(column: number[], from: number, row: number): void {
    column[row] = from;
    this.#derived.add(from, row);
  }

  #finish(event: EventRecord, end: number): void {
    const row = this.#packetRow(packetField(event));
    const from = placeField(event, 'from');
    this.#end[row] = end;
    this.#endSeq[row] = event.seq;
    if (from.type === 'Node' || from.type === 'OutputPort')
      this.#endEpoch[row] = this.#epochRow(from.epoch);
  }

  #move(event: EventRecord): void {
    const [from, to] = [placeField(event, 'from'), placeField(event, 'to')];
    if (from.type !== 'OutsideNet' || to.type !== 'InputPort') return;
    const row = this.#packetRow(packetField(event));
    if (this.#entry[row] === none) this.#entry[row] = this.#texts.code(`${to.node}.${to.port}`);
  }

  #take(epoch: number, packets: SalvoPackets): void {
    this.#salvoStart[epoch] = this.#salvoPackets.length;
    this.#salvoSize[epoch] = packets.length;
    for (const [port, packet] of packets) {
      const row = this.#packetRow(packet);
      const place = this.#salvoPackets.push(row) - 1;
      this.#salvoPorts.push(this.#texts.code(port));
      this.#salvoEpochs.push(epoch);
      this.#uses.add(row, place);
    }
  }

  #packetRow(id: string): number {
    const row = this.#packets.row(id);
    if (row < this.#born.length) return row;
    for (const column of [this.#born, this.#end, this.#endSeq]) column.push(0);
    for (const column of [this.#maker, this.#entry, this.#original, this.#retried, this.#endEpoch])
      column.push(none);
    return row;
  }

  #epochRow(id: string): number {
    const row = this.#epochs.row(id);
    if (row < this.#node.length) return row;
    this.#node.push(none);
    this.#salvoStart.push(0);
    this.#salvoSize.push(0);
    return row;
  }
}
