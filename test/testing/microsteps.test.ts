/** XState reports what the coverage of the statecharts relies on. */
import { createActor, setup } from 'xstate';
import { expect, it } from 'vitest';
import { readInspection, transitionsOfQuestion } from '../../src/testing/microsteps.ts';

const machine = setup({ guards: { never: () => false } }).createMachine({
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { press: [{ guard: 'never', target: 'broken' }, { target: 'warming' }] } },
    warming: { always: 'on' },
    on: { on: { ask: {} } },
    broken: {},
  },
});

it('every transition taken is told, and every state come through, also one left at once', () => {
  const told: string[] = [];
  const actor = createActor(machine, {
    id: 'lamp',
    inspect: (event) =>
      readInspection(event, {
        onMachine: (address, logic) => told.push(`${address} runs ${logic.id}`),
        onTransition: (_, { source, eventType, guard }) =>
          told.push(`${source.key} by "${eventType}"${guard === undefined ? '' : ' guarded'}`),
        onState: (_, path) => told.push(path.join('.')),
      }),
  }).start();
  const before = told.length;
  expect(told.slice(0, before)).toContain('lamp runs lamp');
  expect(told.slice(0, before)).toContain('off');
  actor.send({ type: 'press' });
  expect(told.slice(before)).toEqual(['off by "press"', 'warming', 'warming by ""', 'on', 'on']);
});

it('a question is answered by the transitions that it would take', () => {
  const actor = createActor(machine).start();
  expect(transitionsOfQuestion(actor, { type: 'ask' })).toEqual([]);
  actor.send({ type: 'press' });
  const [answer] = transitionsOfQuestion(actor, { type: 'ask' });
  expect(answer).toMatchObject({ eventType: 'ask', source: { key: 'on' } });
});
