/** Random flows as the product simulates them: kernel, runner, history and recovery under every fault there is. */
import { Graph } from '../../src/dsl/graph.ts';
import type { NodeFunctions } from '../../src/dsl/node-functions.ts';
import { Draw } from '../../src/testing/simulation/draw.ts';
import {
  type SimulationOptions,
  type SimulationResult,
  simulate,
} from '../../src/testing/simulation/simulate.ts';
import { steadyFunctionsOf } from './behaviour.ts';
import { validGraph } from './simulation.ts';

/** The flow of a seed in some of the runs that it can have. */
export function simulateFlow(seed: number, options: SimulationOptions): Promise<SimulationResult> {
  const input = validGraph(seed);
  const graph = new Graph(input);
  const draw = new Draw(seed, 'inputs');
  const nodes: Record<string, NodeFunctions> = {};
  for (const node of input.nodes) nodes[node.name] = steadyFunctionsOf(node, seed);
  const inputs =
    graph.inputs.length === 0
      ? []
      : Array.from({ length: draw.integer(1, 8) }, (_, number) => ({
          port: draw.one(graph.inputs),
          value: { of: 'outside', number },
        }));
  // What random conditions leave behind is no mistake of theirs.
  const ends = ['drained', 'stuck', 'starved'] as const;
  return simulate(graph, { seed, nodes, inputs, ends, ...options });
}

/** What is wrong, with the one command that does it again; null where everything holds. */
export function toldFailure(seed: number, { failure }: SimulationResult): string | null {
  if (failure === null) return null;
  const command = `npm run soak -- ${seed} ${failure.seed} '${failure.choices}'`;
  return `flow ${seed}: ${failure.text}\nto run it again: ${command}`;
}
