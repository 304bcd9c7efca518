/** The form in which XState keeps actors that are to be restored is the one that is written for it. */
import { expect, it } from 'vitest';
import type { Snapshot } from 'xstate';
import type { ActorState } from '../../src/actors/engine.ts';
import { planTree } from '../../src/actors/tree.ts';
import { persistedEpoch, persistedNet } from '../../src/actors/xstate-persistence.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { createKernel } from '../../src/runtime/kernel/kernel.ts';
import { act, inject, pass, run } from './driving.ts';
import { diamond } from './graphs.ts';

it('is what XState itself gives of a net, its nodes, their ports and an epoch', () => {
  const spec = new Graph(diamond()).toSpec();
  const kernel = createKernel(spec);
  inject(kernel, 'A.in', 2);
  run(kernel);
  pass(kernel, 'e1');
  act(kernel, { type: 'CreatePacket' });
  const { actors } = kernel.snapshot();
  const byAddress = new Map(
    actors.map(({ address, ...state }) => [address, state as ActorState] as const),
  );
  const snapshot = { actors: byAddress, epochs: [{ id: 2, node: 0 }] };
  const theirs = (address: string): Snapshot<unknown> => {
    const actor = kernel.actor(address) as unknown as Persisting;
    return actor.getPersistedSnapshot({ __unsafeAllowInlineActors: true });
  };
  expect(form(persistedNet(planTree(spec), snapshot))).toEqual(form(theirs('net')));
  expect(form(persistedEpoch(snapshot, 2))).toEqual(form(theirs('epoch:e2')));
});

/** XState refuses, in development, actors whose logic has no name: theirs have none. */
interface Persisting {
  getPersistedSnapshot(options: { readonly __unsafeAllowInlineActors: true }): Snapshot<unknown>;
}

interface Kept {
  readonly children: Record<string, { readonly snapshot: Kept; readonly src: { id: string } }>;
  readonly context: object;
}

/** All but the insides of contexts and of machines, whose queues and makers differ. */
function form(given: unknown): unknown {
  const { children, context, ...fields } = given as Kept;
  return {
    ...fields,
    context: Object.keys(context),
    children: Object.entries(children).map(([id, { snapshot, src, ...child }]) => [
      id,
      { ...child, machine: src.id, snapshot: form(snapshot) },
    ]),
  };
}
