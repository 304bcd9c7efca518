/** The values that a snapshot may have are the states of the machines, but for those that no actor is in between two actions. */
import { expect, it } from 'vitest';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { planTree } from '../../src/actors/tree.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { inputPortMachine } from '../../src/machines/input-port.machine.ts';
import { createNetMachine } from '../../src/machines/net.machine.ts';
import { outputPortMachine } from '../../src/machines/output-port.machine.ts';
import { actorSchemas } from '../../src/runtime/kernel/snapshot-schemas.ts';
import { single } from './graphs.ts';

const spec = new Graph(single()).toSpec();
const [plan] = planTree(spec);
if (plan === undefined) throw new Error('the graph has a node');

/** Every value that the state can have by itself, regions one at a time beside the others' first. */
function valuesOf(state: AnyStateNode): unknown[] {
  const children = Object.values(state.states);
  if (state.type !== 'parallel') {
    return children.flatMap((child): unknown[] => {
      if (Object.keys(child.states).length === 0) return [child.key];
      return valuesOf(child).map((value) => ({ [child.key]: value }));
    });
  }
  const firsts = Object.fromEntries(children.map((child) => [child.key, valuesOf(child)[0]]));
  return children.flatMap((child) =>
    valuesOf(child).map((value) => ({ ...firsts, [child.key]: value })),
  );
}

const kinds: readonly (readonly [keyof typeof actorSchemas, unknown, readonly string[]])[] = [
  ['net', createNetMachine(spec), ['failed']],
  ['node', plan.machine, ['by-hand', 'default']],
  ['inputPort', inputPortMachine(false), []],
  ['outputPort', outputPortMachine, []],
  ['epoch', plan.epochMachine, ['committing', 'finished', 'failed', 'timedOut', 'cancelled']],
];

it.each(kinds)('%s', (kind, machine, never) => {
  const values = valuesOf((machine as AnyStateMachine).root);
  expect(values.length).toBeGreaterThan(2);
  const { value: schema } = actorSchemas[kind].shape;
  const refused = values.filter((value) => !schema.safeParse(value).success);
  const names = refused.map((value) => JSON.stringify(value));
  expect(names).toHaveLength(never.length);
  for (const state of never) expect(names.join()).toContain(`"${state}"`);
});
