/** What the compiler knows of XState's insides is still so: whoever changes the version of XState sees it here. */
import {
  type AnyActorRef,
  and,
  assign,
  cancel,
  createActor,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  log,
  not,
  or,
  raise,
  sendTo,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate';
import { describe, expect, it } from 'vitest';
import {
  Life,
  actorMark,
  actorMarkValue,
  bookSession,
  defaultClock,
  internalsOf,
} from '../../../src/actors/compiled/xstate-internals.ts';

const machine = createMachine({
  id: 'm',
  invoke: { id: 'child', src: fromCallback(() => undefined) },
});

describe("XState's actors", () => {
  it('have the members that ours take them to have', () => {
    const actor = createActor(machine);
    expect(internalsOf(actor)._processingStatus).toBe(Life.notStarted);
    actor.start();
    expect(internalsOf(actor)._processingStatus).toBe(Life.running);
    const child = actor.getSnapshot().children['child'] as AnyActorRef;
    expect(internalsOf(child)._parent).toBe(actor);
    expect(internalsOf(child)._syncSnapshot).toBe(false);
    for (const name of ['_send', '_stop']) expect(Reflect.get(child, name)).toBeTypeOf('function');
    actor.stop();
    expect(internalsOf(actor)._processingStatus).toBe(Life.stopped);
    expect(JSON.parse(JSON.stringify(actor))).toEqual({
      [actorMark]: actorMarkValue,
      id: actor.id,
    });
  });

  it('have systems with the members that ours have', () => {
    const system: object = createActor(machine).system;
    expect(Object.keys(system).toSorted()).toEqual(
      [
        '_bookId',
        '_clock',
        '_logger',
        '_register',
        '_relay',
        '_sendInspectionEvent',
        '_set',
        '_snapshot',
        '_unregister',
        'get',
        'getAll',
        'getSnapshot',
        'inspect',
        'scheduler',
        'start',
      ].toSorted(),
    );
  });

  it('hand their logic what ours is run by', () => {
    const seen: string[] = [];
    const logic = {
      getInitialSnapshot: () => ({
        status: 'active' as const,
        output: undefined,
        error: undefined,
      }),
      transition: (state: object, _event: object, scope: object) => {
        seen.push(...Object.keys(scope));
        return state;
      },
      getPersistedSnapshot: (state: object) => state,
    };
    createActor(logic as never, {} as never)
      .start()
      .send({ type: 'any' } as never);
    for (const name of [
      'self',
      'system',
      'logger',
      'defer',
      'emit',
      'stopChild',
      'actionExecutor',
    ]) {
      expect(seen).toContain(name);
    }
  });

  it('lend us their numbers and their clock', async () => {
    const [first, second] = [bookSession(), createActor(machine).sessionId];
    expect(Number(second.slice(2))).toBeGreaterThan(Number(first.slice(2)));
    const cleared = defaultClock().setTimeout(() => {
      throw new Error('this was cleared');
    }, 0);
    defaultClock().clearTimeout(cleared);
    await new Promise<void>((resolve) => {
      defaultClock().setTimeout(resolve, 0);
    });
  });
});

describe("XState's own actions and guards", () => {
  it.each([
    [assign({}), 'xstate.assign', 'assignment'],
    [raise({ type: 'a' }), 'xstate.raise', 'event'],
    [sendTo('a', { type: 'a' }), 'xstate.sendTo', 'to'],
    [emit({ type: 'a' }), 'xstate.emit', 'event'],
    [log('a'), 'xstate.log', 'value'],
    [cancel('a'), 'xstate.cancel', 'sendId'],
    [enqueueActions(() => undefined), 'xstate.enqueueActions', 'collect'],
    [spawnChild('a'), 'xstate.spawnChild', 'src'],
    [stopChild('a'), 'xstate.stopChild', 'actorRef'],
  ])('are told by their fields: %o', (action, type, field) => {
    const fields = new Map<string, unknown>(Object.entries(action));
    expect(fields.get('type')).toBe(type);
    expect(fields.get('resolve')).toBeTypeOf('function');
    expect([...fields.keys()]).toContain(field);
  });

  it.each([
    [and(['a'] as never), 'and', 'guards'],
    [or(['a'] as never), 'or', 'guards'],
    [not('a' as never), 'not', 'guards'],
    [stateIn('a'), 'stateIn', 'stateValue'],
  ])('are told by their checks: %o', (guard, name, field) => {
    expect(guard.name).toBe(name);
    const fields = new Map<string, unknown>(Object.entries(guard));
    expect(fields.get('check')).toBeTypeOf('function');
    expect([...fields.keys()]).toContain(field);
  });
});
