/**
 * A packet's value, its way, where it comes from; and the dead letters with theirs.
 *
 * Owns: the derivations of all packets, and the ways of those that were asked for last, as far as the history was
 * read for them. Nothing is read before somebody asks, and every record once.
 */
import type { EpochId, Location, PacketId } from '../../machines/action.ts';
import { NetrunError } from '../../errors.ts';
import { PacketGraph } from '../explain/packet-graph.ts';
import { type PacketLineage, lineageIn } from '../explain/packet-lineage.ts';
import { type PacketTrace, PacketTracer, type TraceStep } from '../explain/packet-trace.ts';
import type { DeadLetter } from '../failure/dead-letter.ts';
import type { LetterDetail, LetterView, PacketDetail } from './history-view.ts';
import type { Asked } from './protocol.ts';
import type { Pace } from './pace.ts';
import { RecordFeed } from './record-feed.ts';
import type { RunIndex } from './run-index.ts';
import type { Page, ValueView } from './value-view.ts';
import { type Redaction, previewOf } from './value-text.ts';
import type { WatchedRun } from './watched-run.ts';

/** Packets of a letter, and steps of a packet, that are shown. */
const maxPackets = 200;
const maxSteps = 2000;

/** Packets whose ways are kept. */
const maxTraced = 8;

interface Traced {
  readonly tracer: PacketTracer;
  readonly feed: RecordFeed;
}

export class PacketSearch {
  readonly #run: WatchedRun;
  readonly #index: RunIndex;
  readonly #redaction: Redaction;
  readonly #pace: Pace;
  readonly #graph = new PacketGraph();
  readonly #graphFeed: RecordFeed;
  /** The one that was asked for last comes last. */
  readonly #traced = new Map<string, Traced>();

  constructor(run: WatchedRun, index: RunIndex, redaction: Redaction, pace: Pace) {
    this.#run = run;
    this.#index = index;
    this.#redaction = redaction;
    this.#pace = pace;
    this.#graphFeed = new RecordFeed(run, pace, (record) => this.#graph.take(record));
  }

  /** Throws `PACKET_NOT_FOUND`. */
  async detail(at: number, { packet, chars }: Asked<'packet'>): Promise<PacketDetail> {
    const { tracer, feed } = this.#tracing(packet);
    await feed.reach();
    const trace = this.#traceOf(packet, tracer);
    return {
      trace: {
        ...trace,
        steps: trace.steps.slice(-maxSteps),
        copies: trace.copies.slice(0, maxPackets),
      },
      value: this.value(packet, chars),
      location: placeAt(trace.steps, at, trace.maker?.epoch ?? null),
      at,
    };
  }

  value(packet: string, chars: number): ValueView {
    const birth = this.#index.birth(packet as PacketId);
    const of = birth?.copyOf ?? packet;
    const own = this.#index.birth(of as PacketId);
    const found = this.#run.value(packet, own?.seq ?? 0, own?.index ?? -1);
    if (found.state !== 'found') return found;
    return { state: 'shown', preview: previewOf(found.value, this.#redaction, chars) };
  }

  /** Throws `PACKET_NOT_FOUND`. */
  async lineage({ packet, direction, depth }: Asked<'lineage'>): Promise<PacketLineage> {
    await this.#graphFeed.reach();
    return lineageIn(this.#graph, packet, { direction, depth });
  }

  /** Throws `PACKET_NOT_FOUND`: nothing is kept of a packet that there is not. */
  #traceOf(packet: PacketId, tracer: PacketTracer): PacketTrace {
    try {
      return tracer.trace();
    } catch (error) {
      this.#traced.delete(packet);
      throw error;
    }
  }

  #tracing(packet: PacketId): Traced {
    const known = this.#traced.get(packet);
    this.#traced.delete(packet);
    let traced = known;
    if (traced === undefined) {
      const tracer = new PacketTracer(packet);
      const feed = new RecordFeed(this.#run, this.#pace, (record) => tracer.take(record));
      traced = { tracer, feed };
    }
    this.#traced.set(packet, traced);
    for (const [oldest] of this.#traced) {
      if (this.#traced.size <= maxTraced) break;
      this.#traced.delete(oldest);
    }
    return traced;
  }

  letters({ offset, limit, node }: Asked<'letters'>): Page<LetterView> {
    const all = this.#run.letters();
    const letters = node === undefined ? all : all.filter((letter) => letter.node === node);
    const items = letters.slice(offset, offset + limit).map((letter) => this.#view(letter));
    return { items, offset, total: letters.length };
  }

  /** Throws `DEAD_LETTER_NOT_FOUND`. */
  letter({ letter: id, chars }: Asked<'letter'>): LetterDetail {
    const letter = this.#run.letters().find((each) => each.id === id);
    if (letter === undefined)
      throw new NetrunError('DEAD_LETTER_NOT_FOUND', `there is no open dead letter ${id}`, {
        hint: 'It was retried or discarded meanwhile.',
      });
    return {
      ...this.#view(letter),
      errors: letter.errors.map(({ name, message, stack, at }) => ({ name, message, stack, at })),
      values: letter.packets.slice(0, maxPackets).map(({ port, packet, value, error }) => ({
        port,
        packet,
        value:
          error === undefined
            ? { state: 'shown', preview: previewOf(value, this.#redaction, chars) }
            : { state: 'unreadable', why: error.message },
      })),
      retryOf: letter.retryOf,
    };
  }

  #view({ errors, packets, ...letter }: DeadLetter): LetterView {
    const last = errors.at(-1);
    const { id, run, node, epoch, condition, outcome, at } = letter;
    return {
      id,
      run,
      node,
      epoch,
      condition,
      outcome,
      at,
      error: last === undefined ? outcome : `${last.name}: ${last.message}`,
      attempts: errors.length,
      packets: packets.length,
      canRetry: this.#run.controls !== null,
    };
  }
}

/** Where a packet was after record `at`; null: not made yet, or ended. */
function placeAt(steps: readonly TraceStep[], at: number, maker: EpochId | null): Location | null {
  const last = steps.findLast(({ seq }) => seq <= at);
  if (last === undefined || last.event === 'PacketConsumed' || last.event === 'PacketDestroyed')
    return null;
  if (last.to !== null) return last.to;
  return maker === null ? { type: 'OutsideNet' } : { type: 'Node', epoch: maker };
}
