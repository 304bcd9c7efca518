/** Runs the functions of a test's nodes once more on what they were given, and holds them to what they did. */
import type { Graph } from '../../dsl/graph.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { RecordSource } from '../../runtime/replay/record-source.ts';
import { reexecute } from '../../runtime/replay/reexecution.ts';
import type { Clock } from '../../runtime/time/clock.ts';

export interface TestedRun {
  readonly recorded: RecordSource;
  readonly graph: Graph;
  /** By node, those of the test included. */
  readonly functions: ReadonlyMap<string, NodeFunctions>;
  /** Nodes whose epochs the test ended itself: there is no function to be held to it. */
  readonly held: ReadonlySet<string>;
  readonly clock: Clock;
}

/** How many attempts acted the same. Throws NonDeterminismError at the first that did not. */
export async function actTheSame({
  recorded,
  graph,
  functions,
  held,
  clock,
}: TestedRun): Promise<number> {
  const own: Record<string, NodeFunctions> = {};
  for (const [node, given] of functions)
    own[node] = held.has(node) ? { ...given, exec: () => undefined } : given;
  const options = { graph, functions: own, clock, onDifference: 'report' as const };
  let same = 0;
  for await (const verdict of reexecute(recorded, options)) {
    if (held.has(verdict.node)) continue;
    if ('difference' in verdict) throw verdict.difference;
    if (verdict.outcome === 'same') same += 1;
  }
  return same;
}
