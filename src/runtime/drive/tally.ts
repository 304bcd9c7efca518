/** Counts what a run has done: epochs by node and outcome, packets made and ended. */

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

/** Counts of one node, as the tally goes on with them. */
export type EpochCounting = Writable<EpochCounts>;

/** What epochs are counted of. */
export interface Counted {
  readonly name: string;
  readonly counts: EpochCounting;
}

/** How an epoch has ended. */
export type EpochOutcome = 'finished' | 'failed' | 'timedOut' | 'cancelled';

export function noEpochs(): EpochCounting {
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

export class Tally {
  readonly #all = noEpochs();
  readonly #nodes = new Map<string, EpochCounting>();
  readonly #packets: Writable<PacketCounts> = { created: 0, consumed: 0, destroyed: 0 };

  constructor(nodes: Iterable<Counted>) {
    for (const { name, counts } of nodes) this.#nodes.set(name, counts);
  }

  /** Goes on from counts of another process. */
  restore({ packets, nodes }: Pick<RunCounts, 'packets' | 'nodes'>): void {
    Object.assign(this.#packets, packets);
    for (const [node, counts] of nodes)
      for (const [key, by] of Object.entries(counts) as [keyof EpochCounts, number][])
        this.#add(this.#of(node), key, by);
  }

  packetCreated(): void {
    this.#packets.created += 1;
  }

  packetConsumed(): void {
    this.#packets.consumed += 1;
  }

  packetDestroyed(): void {
    this.#packets.destroyed += 1;
  }

  opened({ counts }: Counted): void {
    const all = this.#all;
    all.opened += 1;
    all.startable += 1;
    counts.opened += 1;
    counts.startable += 1;
  }

  started({ counts }: Counted): void {
    const all = this.#all;
    all.started += 1;
    all.startable -= 1;
    all.running += 1;
    counts.started += 1;
    counts.startable -= 1;
    counts.running += 1;
  }

  retried({ counts }: Counted): void {
    this.#add(counts, 'retried', 1);
  }

  ended({ counts }: Counted, outcome: EpochOutcome, wasStarted: boolean): void {
    const all = this.#all;
    if (outcome === 'finished') {
      all.finished += 1;
      counts.finished += 1;
    } else this.#add(counts, outcome, 1);
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

  #of(node: string): EpochCounting {
    const counts = this.#nodes.get(node);
    if (counts === undefined) throw new Error(`no node ${node} to count epochs of`);
    return counts;
  }

  #add(counts: EpochCounting, key: keyof EpochCounts, by: number): void {
    this.#all[key] += by;
    counts[key] += by;
  }
}
