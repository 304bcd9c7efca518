/** The examples as the tests find them, and a run of one with what it printed. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HistoryReader } from '../../src/runtime/history/history.ts';
import { Net } from '../../src/runtime/net.ts';
import type { NetOptions } from '../../src/runtime/setup/net-options.ts';
import type { RunResult } from '../../src/runtime/run-result.ts';
import { readFiles, root } from '../architecture/tree.ts';

export interface ExampleRun {
  readonly result: RunResult;
  /** Lines printed by the example's nodes. */
  readonly lines: readonly string[];
  /** Finished epochs by node. */
  readonly epochs: Readonly<Record<string, number>>;
  readonly history: HistoryReader;
}

/** Folders of examples, relative to the project: every folder below `examples` with a flow. */
export function exampleFolders(): string[] {
  const flows = readFiles((path) => /^examples\/.*\/?flow\.toml$/.test(path));
  return [...flows.keys()].map((path) => dirname(path)).sort();
}

export function readmeOf(folder: string): string {
  return readFileSync(`${root}/${folder}/README.md`, 'utf8');
}

/** Runs an example's flow to its end; `prepare` may change settings of the net first. */
export async function runExample(
  folder: string,
  prepare: (net: Net) => unknown = () => undefined,
  options: NetOptions = {},
): Promise<ExampleRun> {
  const net = Net.fromTomlFile(`${root}/${folder}/flow.toml`, options);
  await prepare(net);
  const result = await net.start();
  const { history } = net;
  const printed = net.log().filter((line) => 'console' in line);
  const nodes = [...result.counts.nodes];
  await net.stop();
  return {
    result,
    lines: printed.map(({ msg = '' }) => msg),
    epochs: Object.fromEntries(nodes.map(([node, { finished }]) => [node, finished])),
    history,
  };
}
