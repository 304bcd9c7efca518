/** Counts what a run has done: epochs by node and outcome, packets made and ended. */
import type { KernelEvent } from '../../machines/action.ts';

/** Epochs of one node. */
export interface EpochCounts {
  readonly opened: number;
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly cancelled: number;
  /** Attempts after the first. */
  readonly retried: number;
  /** Now waiting to be started, and now running. */
  readonly startable: number;
  readonly running: number;
}

export interface PacketCounts {
  readonly created: number;
  readonly consumed: number;
  readonly destroyed: number;
}

export interface RunCounts {
  /** All nodes together. */
  readonly epochs: EpochCounts;
  readonly packets: PacketCounts;
  /** By node, in declaration order. */
  readonly nodes: ReadonlyMap<string, EpochCounts>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Counting = Writable<EpochCounts>;

function zero(): Counting {
  return {
    opened: 0,
    started: 0,
    finished: 0,
    failed: 0,
    timedOut: 0,
    cancelled: 0,
    retried: 0,
    startable: 0,
    running: 0,
  };
}

const ends = {
  EpochFinished: 'finished',
  EpochTimedOut: 'timedOut',
  EpochCancelled: 'cancelled',
} as const;

export class Tally {
  readonly #all = zero();
  readonly #nodes = new Map<string, Counting>();
  readonly #packets: Writable<PacketCounts> = { created: 0, consumed: 0, destroyed: 0 };

  constructor(nodes: readonly string[]) {
    for (const node of nodes) this.#nodes.set(node, zero());
  }

  /** Goes on from counts of another process. */
  restore({ packets, nodes }: Pick<RunCounts, 'packets' | 'nodes'>): void {
    Object.assign(this.#packets, packets);
    for (const [node, counts] of nodes)
      for (const [key, by] of Object.entries(counts) as [keyof EpochCounts, number][])
        this.#add(node, key, by);
  }

  packet(event: KernelEvent['event']): void {
    if (event === 'PacketCreated') this.#packets.created += 1;
    else if (event === 'PacketConsumed') this.#packets.consumed += 1;
    else this.#packets.destroyed += 1;
  }

  opened(node: string): void {
    const [all, counts] = [this.#all, this.#of(node)];
    all.opened += 1;
    all.startable += 1;
    counts.opened += 1;
    counts.startable += 1;
  }

  started(node: string): void {
    const [all, counts] = [this.#all, this.#of(node)];
    all.started += 1;
    all.startable -= 1;
    all.running += 1;
    counts.started += 1;
    counts.startable -= 1;
    counts.running += 1;
  }

  retried(node: string): void {
    this.#add(node, 'retried', 1);
  }

  ended(node: string, event: keyof typeof ends | 'EpochFailed', wasStarted: boolean): void {
    const [all, counts] = [this.#all, this.#of(node)];
    const outcome = event === 'EpochFailed' ? 'failed' : ends[event];
    all[outcome] += 1;
    counts[outcome] += 1;
    if (wasStarted) {
      all.running -= 1;
      counts.running -= 1;
    } else {
      all.startable -= 1;
      counts.startable -= 1;
    }
  }

  get running(): number {
    return this.#all.running;
  }

  /** Those of one node, as they are; null where there is no such node. */
  of(node: string): EpochCounts | null {
    return this.#nodes.get(node) ?? null;
  }

  /** A copy of the counts as they are now. */
  counts(): RunCounts {
    const nodes = new Map<string, EpochCounts>();
    for (const [node, counts] of this.#nodes) nodes.set(node, { ...counts });
    return { epochs: { ...this.#all }, packets: { ...this.#packets }, nodes };
  }

  #of(node: string): Counting {
    const counts = this.#nodes.get(node);
    if (counts === undefined) throw new Error(`no node ${node} to count epochs of`);
    return counts;
  }

  #add(node: string, key: keyof EpochCounts, by: number): void {
    this.#all[key] += by;
    this.#of(node)[key] += by;
  }
}
