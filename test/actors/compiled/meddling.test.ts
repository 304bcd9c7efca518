/** Actors whose functions meddle with others, and with themselves, in the middle of what they do. */
import {
  type ActionArgs,
  type AnyActor,
  type AnyActorLogic,
  type AnyEventObject,
  type AnyStateMachine,
  SimulatedClock,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  fromTransition,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stopChild,
} from 'xstate';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Meddler, eventTypes, shown } from './meddling.ts';
import { type Make, ways } from './ways.ts';

type Args = ActionArgs<{ n: number }, AnyEventObject, AnyEventObject>;

const stateNames = ['a', 'b', 'c'] as const;

/** A machine and its children, as the meddler's chances have it. */
class Family {
  readonly #meddler: Meddler;
  readonly #leaves: readonly AnyActorLogic[];
  #named = 0;

  constructor(meddler: Meddler) {
    this.#meddler = meddler;
    const callback = fromCallback(({ sendBack, receive, self }) => {
      meddler.say('callback starts');
      meddler.act('callback', self);
      receive((event) => {
        meddler.say('callback has', event.type);
        if (meddler.next() < 0.3) sendBack(meddler.event(meddler.pick(eventTypes))());
      });
      return () => {
        meddler.say('callback ends');
        meddler.act('callback that ends', self);
      };
    });
    const counter = fromTransition((count: number, event: AnyEventObject) => {
      meddler.say('counter has', event.type);
      return count + 1;
    }, 0);
    this.#leaves = [callback, counter];
  }

  machine(level: number): AnyStateMachine {
    const meddler = this.#meddler;
    const states: Record<string, unknown> = {};
    for (const name of stateNames) states[name] = this.#state(level);
    if (meddler.next() < 0.3) {
      const output = ({ context }: Args): number => context.n;
      states['over'] = { type: 'final', entry: this.#actions(level), output };
      (states['a'] as { on: Record<string, unknown> }).on['E'] = 'over';
    }
    const isNested = level < 2 && meddler.next() < 0.8;
    const kid = isNested
      ? {
          id: 'kid',
          systemId: `kid ${level}`,
          src: this.machine(level + 1),
          onDone: { actions: this.#function() },
          ...(meddler.next() < 0.6 ? { onError: { actions: this.#function() } } : {}),
          ...(meddler.next() < 0.3 ? { onSnapshot: { actions: this.#function() } } : {}),
        }
      : [];
    return createMachine({
      id: `m${level}`,
      context: { n: 0 },
      initial: 'a',
      states,
      invoke: kid,
      on: { '*': { actions: this.#function() } },
      entry: this.#actions(level),
      exit: this.#actions(level),
      options: { maxIterations: 40 },
    } as never);
  }

  #state(level: number): object {
    const meddler = this.#meddler;
    const types = eventTypes.filter(() => meddler.next() < 0.4);
    return {
      entry: this.#actions(level),
      exit: this.#actions(level),
      on: Object.fromEntries(types.map((type) => [type, this.#transition(level)])),
      after: meddler.next() < 0.2 ? { 2: this.#transition(level) } : {},
      invoke: meddler.next() < 0.3 ? { id: 'leaf', src: meddler.pick(this.#leaves) } : [],
    };
  }

  #transition(level: number): object {
    const meddler = this.#meddler;
    const name = `g${this.#named++}`;
    const guard = ({ context, self }: Args): boolean => {
      meddler.act(name, self);
      return context.n % 3 !== 1;
    };
    return {
      actions: this.#actions(level),
      ...(meddler.next() < 0.7 ? { target: meddler.pick(stateNames) } : {}),
      ...(meddler.next() < 0.3 ? { guard } : {}),
      reenter: meddler.next() < 0.2,
    };
  }

  #function(): (args: Args) => void {
    const name = `f${this.#named++}`;
    return ({ self, event, context }) => {
      this.#meddler.say(name, 'runs for', event.type, context.n);
      this.#meddler.act(name, self);
    };
  }

  #actions(level: number): unknown[] {
    return Array.from({ length: Math.floor(this.#meddler.next() * 3) }, () => this.#action(level));
  }

  #action(level: number): unknown {
    const meddler = this.#meddler;
    const event = meddler.event(meddler.pick(eventTypes));
    const id = meddler.pick(['one', 'two']);
    const count = ({ context, self }: Args): number => {
      meddler.act('an assignment', self);
      return context.n + 1;
    };
    const made: readonly (() => unknown)[] = [
      () => assign({ n: count as never }),
      () => raise(event),
      () => (level > 0 ? sendParent(event) : raise(event)),
      () => emit({ type: 'told' }),
      () => spawnChild(meddler.pick(this.#leaves), { id }),
      () => stopChild(meddler.pick(['one', 'kid'])),
      () => raise(event, { id, delay: 3 }),
      () => cancel(id),
      () => sendTo(({ self }) => self, event, { delay: 1 }),
      () => enqueueActions(({ enqueue }) => enqueue(this.#function() as never)),
      () => this.#function(),
    ];
    return meddler.pick(made)();
  }
}

function transcript(seed: number, make: Make): readonly string[] {
  const meddler = new Meddler(seed);
  const clock = new SimulatedClock();
  const actor = make(new Family(meddler).machine(0), { clock }) as AnyActor;
  meddler.root = actor;
  meddler.follow(actor, 'the test');
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      meddler.say('thrown', error);
    }
    meddler.say('then', shown(actor.getSnapshot()));
  };
  attempt(() => actor.start());
  meddler.hasStarted = true;
  for (let step = 0; step < 20; step++) {
    meddler.allow(3);
    attempt(() => {
      if (meddler.next() < 0.2) clock.increment(2);
      else actor.send({ type: meddler.pick(eventTypes) });
    });
  }
  attempt(() => actor.stop());
  for (let at = 0; at < 50 && vi.getTimerCount() > 0; at++) attempt(() => vi.runAllTimers());
  return meddler.lines;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const [[, xstate] = [], ...others] = ways;
const seeds = Array.from({ length: 120 }, (_, at) => at + 1);

test('some of them do much', () => {
  const lines = seeds.slice(0, 20).flatMap((seed) => transcript(seed, xstate as Make));
  for (const word of ['sends', 'reads', 'sees', 'hears', 'keeps', 'stops all', 'throws', 'asks']) {
    expect(lines.some((line) => line.includes(` ${word}`))).toBe(true);
  }
});

test.each(others)('they do the same as in XState: %s', (_name, make) => {
  for (const seed of seeds) {
    const expected = transcript(seed, xstate as Make);
    expect({ seed, lines: transcript(seed, make) }).toEqual({ seed, lines: expected });
  }
});
