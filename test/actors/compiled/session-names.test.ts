/** Names of sessions when XState's own actors run compiled machines; a file of its own, since whoever comes first matters. */
import { type AnyActorRef, createActor, createMachine, sendParent } from 'xstate';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compileMachine } from '../../../src/actors/compiled/compile-machine.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sessions are numbered without gaps when an actor of XState has compiled children', () => {
  const child = createMachine({
    entry: [sendParent({ type: 'HELLO' }), () => undefined],
    on: { ASK: { actions: () => undefined } },
  });
  const parent = createMachine({ invoke: { id: 'child', src: child }, on: { HELLO: {} } });
  const names: string[] = [];
  for (let round = 0; round < 3; round++) {
    const actor = createActor(compileMachine(parent)).start();
    const kid = actor.getSnapshot().children['child'] as AnyActorRef;
    names.push(actor.sessionId, kid.sessionId);
    kid.subscribe(() => {
      throw new Error(`heard in round ${round}`);
    });
    kid.send({ type: 'ASK' });
    expect(() => vi.runAllTimers()).toThrow(`heard in round ${round}`);
  }
  expect(names).toEqual(['x:0', 'x:1', 'x:2', 'x:3', 'x:4', 'x:5']);
});
