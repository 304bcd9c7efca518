/** Runs of random nets, and their histories as a replay reads them. */
import { vi } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { Answer } from '../../../src/machines/action.ts';
import { parseRecord } from '../../../src/runtime/history/record-line.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import { type Kernel, createKernel } from '../../../src/runtime/kernel/kernel.ts';
import type { Net } from '../../../src/runtime/net.ts';
import type { RecordSource } from '../../../src/runtime/replay/record-source.ts';
import { stateHash } from '../../../src/runtime/replay/state-hash.ts';
import { simulate } from '../../simulation/simulation.ts';

/** A run and the records of its history, the header first. */
export interface RecordedRun {
  readonly net: Net;
  readonly graph: Graph;
  readonly records: readonly HistoryRecord[];
  /** The hash of the net's state as it ran, after every 50th action and after the last, by the last record until then. */
  readonly hashes: ReadonlyMap<number, string>;
}

/** What every kernel inherits `apply` from. */
export const kernels = Object.getPrototypeOf(
  createKernel(new Graph({ nodes: [] }).toSpec()),
) as Kernel;

/** Watches the kernel of the one run that is made meanwhile. */
class KernelWatch {
  readonly hashes = new Map<number, string>();
  #kernel: Kernel | null = null;
  #seq = 0;
  #actions = 0;

  see(kernel: Kernel, answer: Answer): void {
    if (this.#kernel !== null && this.#kernel !== kernel) throw new Error('there are two kernels');
    this.#kernel = kernel;
    this.#seq += 1 + (answer.ok ? answer.events.length : 0);
    this.#actions += 1;
    if (this.#actions % 50 === 0) this.hashes.set(this.#seq, stateHash(kernel));
  }

  end(): void {
    if (this.#kernel !== null) this.hashes.set(this.#seq, stateHash(this.#kernel));
  }
}

/** Records in memory as a source. */
export function sourceOf([header, ...records]: readonly HistoryRecord[]): RecordSource {
  if (header?.type !== 'header') throw new Error('the first record is no header');
  return { header, records: (from = 0) => records.filter(({ seq }) => seq >= from) };
}

/** The history as it would be read from a file. */
function recordsOf(net: Net): HistoryRecord[] {
  return Array.from(net.history.lines(), (line) => parseRecord(line));
}

/** The run of a seed to its end, the same every time. */
export async function recordedRun(seed: number): Promise<RecordedRun> {
  const watch = new KernelWatch();
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own kernel
  const { apply } = kernels;
  const watched = vi.spyOn(kernels, 'apply').mockImplementation(function (this: Kernel, action) {
    const answer = apply.call(this, action);
    watch.see(this, answer);
    return answer;
  });
  try {
    const { net, input } = await simulate(seed);
    watch.end();
    return { net, graph: new Graph(input), records: recordsOf(net), hashes: watch.hashes };
  } finally {
    watched.mockRestore();
  }
}

/** A copy of the records with one of them changed. */
export function tampered(
  records: readonly HistoryRecord[],
  seq: number,
  change: (record: Record<string, unknown>) => void,
): HistoryRecord[] {
  const copy = structuredClone([...records]);
  const record = copy.find((one) => one.seq === seq);
  if (record === undefined) throw new Error(`there is no record ${seq}`);
  change(record as unknown as Record<string, unknown>);
  return copy;
}
