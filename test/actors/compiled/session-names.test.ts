/** Names of sessions when XState's own actors run compiled machines; a file of its own, since whoever comes first matters. */
import { type AnyActorRef, createActor, createMachine, sendParent } from 'xstate';
import { expect, test } from 'vitest';
import { compileMachine } from '../../../src/actors/compiled/compile-machine.ts';

test('sessions are numbered without gaps when an actor of XState has compiled children', () => {
  const child = createMachine({ entry: [sendParent({ type: 'HELLO' }), () => undefined] });
  const parent = createMachine({ invoke: { id: 'child', src: child }, on: { HELLO: {} } });
  const names: string[] = [];
  for (let round = 0; round < 2; round++) {
    const actor = createActor(compileMachine(parent)).start();
    const { sessionId } = actor.getSnapshot().children['child'] as AnyActorRef;
    names.push(actor.sessionId, sessionId);
  }
  expect(names).toEqual(['x:0', 'x:1', 'x:2', 'x:3']);
});
