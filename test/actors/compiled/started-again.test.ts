/** Actors that were stopped and are started again as they were, children and all: what React's strict mode does with them. */
import {
  type AnyActor,
  SimulatedClock,
  assign,
  createMachine,
  fromCallback,
  sendParent,
  sendTo,
} from 'xstate';
import { describe, expect, test } from 'vitest';
import { ways } from './ways.ts';

/** The parts of an actor that `@xstate/react` writes to. */
interface Parts {
  observers: Set<unknown>;
  _processingStatus: number;
  _snapshot: unknown;
  readonly system: { _snapshot: unknown };
}

interface Shown {
  readonly value: unknown;
  readonly children?: Readonly<Record<string, AnyActor>>;
}

const shown = (actor: AnyActor): Shown => actor.getSnapshot() as Shown;

const partsOf = (actor: AnyActor): Parts => actor as unknown as Parts;

function withChildren(actor: AnyActor): AnyActor[] {
  const { children = {} } = shown(actor);
  return [actor, ...Object.values(children).flatMap((child) => withChildren(child))];
}

/** Stops an actor, whose observers are not told, and leaves everything as if it were still to start. */
function stopForAnotherStart(root: AnyActor): void {
  const kept = withChildren(root).map((actor) => {
    partsOf(actor).observers = new Set();
    return { parts: partsOf(actor), snapshot: actor.getSnapshot() as unknown };
  });
  const system: unknown = root.system.getSnapshot();
  root.stop();
  partsOf(root).system._snapshot = system;
  for (const { parts, snapshot } of kept) {
    parts._processingStatus = 0;
    parts._snapshot = snapshot;
  }
}

describe.each(ways)('%s', (_name, make) => {
  test('goes on from where it was, and so do its children and what was due', () => {
    const clock = new SimulatedClock();
    const notes: string[] = [];
    const leaf = fromCallback(({ receive }) => {
      notes.push('leaf starts');
      receive(({ type }) => notes.push(`leaf hears ${type}`));
      return () => void notes.push('leaf ends');
    });
    const child = createMachine({
      id: 'child',
      context: { n: 0 },
      invoke: { id: 'leaf', src: leaf },
      initial: 'resting',
      states: {
        resting: { on: { wake: { target: 'awake', actions: assign({ n: 1 }) } } },
        awake: { after: { 50: { target: 'resting', actions: sendParent({ type: 'tired' }) } } },
      },
      on: { call: { actions: sendTo('leaf', { type: 'call' }) } },
    });
    const machine = createMachine({
      id: 'm',
      entry: () => void notes.push('entry'),
      invoke: { id: 'child', src: child },
      initial: 'on',
      states: { on: { on: { tired: 'off' } }, off: {} },
      on: {
        wake: { actions: sendTo('child', { type: 'wake' }) },
        call: { actions: sendTo('child', { type: 'call' }) },
      },
    });
    const actor = make(machine, { clock }) as AnyActor;
    actor.subscribe({ complete: () => void notes.push('never told') });
    actor.start();
    const childOf = (): AnyActor => shown(actor).children?.['child'] as AnyActor;
    childOf().subscribe({ complete: () => void notes.push('never told') });
    actor.send({ type: 'wake' });
    clock.increment(30);
    const before = withChildren(actor);

    stopForAnotherStart(actor);
    expect(notes).toEqual(['leaf starts', 'entry', 'leaf ends']);
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', value: 'on' });

    actor.subscribe(() => void notes.push(`seen ${String(shown(actor).value)}`));
    actor.start();
    expect(withChildren(actor)).toEqual(before);
    expect(childOf().getSnapshot()).toMatchObject({ value: 'awake', context: { n: 1 } });
    actor.send({ type: 'call' });
    clock.increment(49);
    expect(childOf().getSnapshot()).toMatchObject({ value: 'awake' });
    clock.increment(1);
    expect(childOf().getSnapshot()).toMatchObject({ value: 'resting' });
    expect(notes.slice(3)).toEqual([
      'leaf starts',
      'seen on',
      'leaf hears call',
      'seen on',
      'seen off',
    ]);
  });

  test('what was done, or had failed, is so again', () => {
    const notes: string[] = [];
    const machines = [
      createMachine({ initial: 'end', states: { end: { type: 'final' } } }),
      createMachine({
        context: () => {
          throw new Error('nothing to begin with');
        },
      }),
    ];
    for (const machine of machines) {
      const actor = make(machine) as AnyActor;
      actor.subscribe({ error: () => undefined });
      actor.start();
      stopForAnotherStart(actor);
      actor.subscribe({
        complete: () => void notes.push('complete'),
        error: (error) => void notes.push((error as Error).message),
      });
      actor.start();
    }
    expect(notes).toEqual(['complete', 'nothing to begin with']);
  });
});
