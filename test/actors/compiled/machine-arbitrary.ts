/**
 * Random machines over the whole language, with what is done to them; shrinks by taking parts away.
 *
 * Invariants:
 *  A1  What is generated, and everything it shrinks to, is a legal machine: targets exist, several
 *      targets part in a parallel state, a compound state has an initial child.
 *  A2  A shrunk case is smaller: fewer parts, or a plainer form of one.
 */
import fc from 'fast-check';
import {
  type ActionSpec,
  type ActorSource,
  type CaseSpec,
  type DelaySpec,
  type EnqueuedSpec,
  type Family,
  type GuardSpec,
  type InvokeSpec,
  type Recipient,
  type StateKind,
  type StateSpec,
  type StepSpec,
  type TransitionSpec,
  type ValueForm,
  canMeet,
  defaultOf,
  familyOf,
  isHistory,
  statesOf,
} from './machine-spec.ts';
import { smallerCases } from './machine-shrinking.ts';

export const events = ['a', 'b', 'a.x', 'a.x.y', 'c'] as const;
const descriptors = [
  ...events,
  'a',
  'b',
  '*',
  'a.*',
  'a.x.*',
  'a.*.y',
  'a.*.*',
  'xstate.done.actor.c1',
  'xstate.error.actor.c1',
  'xstate.error.*',
  'xstate.done.state.*',
] as const;
const childIds = ['c1', 'c2'] as const;
const timerIds = ['t1', 't2'] as const;
const sources: readonly ActorSource[] = [
  'callback',
  'reducer',
  'machine',
  'machine',
  'callback',
  'observable',
  'resolving',
  'eventObservable',
  'callback',
  'reducer',
  'resolving',
  'observable',
  'rejecting',
];

/** Draws the parts of one machine. */
class Draw {
  readonly #random: fc.Random;
  #named = 0;
  #family: Family = { states: new Map(), parents: new Map() };
  #keys: string[] = [];
  /** Of the states that can be gone to by a route. */
  #routed: string[] = [];
  readonly #nested: boolean;
  readonly #hasParent: boolean;

  constructor(random: fc.Random, kind: 'root' | 'hosted' | 'nested') {
    this.#random = random;
    this.#nested = kind === 'nested';
    this.#hasParent = kind !== 'root';
  }

  upTo(most: number): number {
    return this.#random.nextInt(0, most);
  }

  chance(percent: number): boolean {
    return this.#random.nextInt(0, 99) < percent;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.upTo(items.length - 1)];
    if (item === undefined) throw new Error('nothing to draw from');
    return item;
  }

  list<T>(most: number, item: () => T): T[] {
    return Array.from({ length: this.upTo(most) }, item);
  }

  some<T>(percent: number, most: number, item: () => T): T[] {
    return this.chance(percent) ? this.list(most, item) : [];
  }

  machine(size: number): StateSpec {
    const root = this.#state('m', size, true);
    this.#family = familyOf(root);
    const histories = statesOf(root).filter(isHistory);
    this.#keys = [...this.#family.states.keys()].filter((key) => key !== 'm' || this.chance(5));
    for (const { key } of histories) this.#keys.push(key, key);
    if (this.#keys.length === 0) this.#keys = ['m'];
    this.#routed = statesOf(root).flatMap(({ key, route }) => (route === null ? [] : key));
    for (const state of statesOf(root)) this.#furnish(state);
    for (const id of childIds) {
      if (this.chance(40))
        root.entry.unshift({ kind: 'spawnChild', src: this.source(), id, form: 'static' });
    }
    return root;
  }

  #state(key: string, size: number, root: boolean): StateSpec {
    const inner = size > 0;
    const kind: StateKind = inner ? (this.chance(30) ? 'parallel' : 'compound') : 'atomic';
    const children: StateSpec[] = [];
    for (let left = size; left > 0;) {
      const share =
        kind === 'parallel' ? this.upTo(Math.min(3, left - 1)) : this.upTo(left - 1) >> 1;
      children.push(this.#state(`s${(this.#named += 1)}`, share, false));
      left -= share + 1;
    }
    this.#specialChildren(children);
    const real = children.filter((child) => !isHistory(child));
    for (const [at, child] of children.entries()) {
      if (kind !== 'compound' || !isHistory(child) || !this.chance(50)) continue;
      const earlier = children.slice(0, at).filter(isHistory);
      child.initial = this.of(this.chance(25) && earlier.length > 0 ? earlier : real).key;
    }
    const initial =
      kind === 'compound' ? (this.chance(80) ? children[0] : this.of(children)) : null;
    const output = this.chance(40) ? this.of<ValueForm>(['static', 'dynamic']) : null;
    return {
      key,
      kind,
      initial: initial?.key ?? null,
      initialActions: [],
      children,
      on: [],
      always: [],
      after: [],
      onDone: [],
      entry: [],
      exit: [],
      invoke: [],
      tags: this.some(15, 2, () => this.of(['red', 'blue'])),
      meta: this.chance(15),
      output: root ? output : null,
      route: !root && this.chance(10) ? this.of(['open', 'guarded'] as const) : null,
    };
  }

  /** Makes some of the atomic children final or histories, never the only real one. */
  #specialChildren(children: StateSpec[]): void {
    for (const [at, child] of children.entries()) {
      if (child.children.length > 0) continue;
      const drawn = this.upTo(99);
      if (drawn < 20 && (at > 0 || this.chance(10))) {
        child.kind = 'final';
        child.output = this.chance(50) ? this.of<ValueForm>(['static', 'dynamic']) : null;
      } else if (drawn < 35 && at > 0) {
        child.kind = this.chance(50) ? 'shallow' : 'deep';
      }
    }
  }

  #furnish(state: StateSpec): void {
    if (isHistory(state)) return;
    state.entry = this.some(50, 2, () => this.action(2));
    state.exit = this.some(35, 2, () => this.action(2));
    if (state.kind === 'final') return;
    if (state.kind === 'compound') {
      const initial = this.#family.states.get(state.initial ?? '');
      if (initial !== undefined && defaultOf(state.children, initial) === null) {
        state.initial = state.children[0]?.key ?? null;
      }
      state.initialActions = this.some(15, 2, () => this.action(2));
    }
    state.on = this.list(3, () => ({
      event: this.of(descriptors),
      transitions: this.chance(8)
        ? []
        : [this.transition(), ...this.some(30, 2, () => this.transition())],
    }));
    state.always = this.some(15, 2, () => ({
      ...this.transition(),
      guard: this.chance(92) ? this.guard(2) : null,
    }));
    state.after = this.some(20, 2, () => ({
      delay: this.delay(),
      transitions: [this.transition(), ...this.some(25, 1, () => this.transition())],
    }));
    if (state.children.length > 0) state.onDone = this.some(40, 2, () => this.transition());
    state.invoke = this.some(20, 2, () => this.#invoke());
  }

  #invoke(): InvokeSpec {
    return {
      src: this.source(),
      id: this.chance(70) ? this.of(childIds) : null,
      inline: this.chance(25),
      ...(this.chance(5) ? { system: true } : {}),
      ...(this.chance(15) ? { fixed: true } : {}),
      onDone: this.some(60, 2, () => this.transition()),
      onError: this.some(50, 2, () => this.transition()),
      onSnapshot: this.some(20, 1, () => this.transition()),
    };
  }

  source(): ActorSource {
    if (this.chance(1)) return 'absent';
    if (this.chance(1)) return 'failingObservable';
    const source = this.of(sources);
    return source === 'machine' && this.#nested ? 'callback' : source;
  }

  transition(): TransitionSpec {
    const targets: string[] = [];
    if (this.chance(75)) targets.push(this.of(this.#keys));
    if (this.chance(35) && targets.length > 0) {
      for (const more of [this.of(this.#keys), this.of(this.#keys), this.of(this.#keys)]) {
        if (targets.every((key) => canMeet(this.#family, key, more))) targets.push(more);
      }
    }
    return {
      targets,
      relative: this.chance(50),
      guard: this.chance(30) ? this.guard(2) : null,
      actions: this.some(60, 2, () => this.action(2)),
      reenter: this.chance(20),
    };
  }

  guard(depth: number): GuardSpec {
    const drawn = this.upTo(depth > 0 ? 99 : 68);
    if (drawn < 25) {
      return {
        kind: 'below',
        limit: this.upTo(4),
        params: this.of(['static', 'dynamic', 'inline']),
      };
    }
    if (drawn < 45) return { kind: 'even' };
    if (drawn < 68)
      return { kind: 'in', state: this.of(this.#keys), form: this.of(['id', 'value']) };
    if (drawn === 68 && this.chance(50)) return { kind: 'throws' };
    if (drawn < 85) return { kind: 'not', part: this.guard(depth - 1) };
    const parts = [this.guard(depth - 1), this.guard(depth - 1)];
    return { kind: this.of(['and', 'or']), parts };
  }

  delay(): DelaySpec {
    return this.of<DelaySpec>([1, 5, 10, 'short', 'computed', 'inline']);
  }

  #later(percent: number): { delay?: DelaySpec; id?: string } {
    return {
      ...(this.chance(percent) ? { delay: this.delay() } : {}),
      ...(this.chance(percent) ? { id: this.of(timerIds) } : {}),
    };
  }

  action(depth: number): ActionSpec {
    const form = this.of<ValueForm>(['static', 'dynamic']);
    const drawn = this.upTo(depth > 0 ? 99 : 88);
    if (drawn < 22) {
      const params = this.of(['none', 'string', 'static', 'dynamic', 'inline'] as const);
      return { kind: 'note', label: this.of(['p', 'q']), params };
    }
    if (drawn < 40) {
      const assigned = this.of(['object', 'function'] as const);
      return {
        kind: 'assign',
        form: assigned,
        add: 1 + this.upTo(2),
        ...(this.chance(20) ? { params: true } : {}),
      };
    }
    if (drawn < 52) return { kind: 'raise', event: this.of(events), form, ...this.#later(55) };
    if (drawn < 57) return { kind: 'cancel', id: this.of(timerIds), form };
    if (drawn < 66) return this.#send(form);
    if (drawn < 70) return { kind: 'emit', event: this.of(events), form };
    if (drawn < 72) return { kind: 'log', label: this.chance(50) ? 'label' : null, form };
    if (drawn < 84) return this.#spawn(form);
    if (drawn < 88) return { kind: 'stopChild', id: this.of(childIds), form: this.#stopForm() };
    if (drawn < 89) return { kind: this.of(['unknown', 'unknown', 'throws']) };
    return {
      kind: 'enqueue',
      items: [this.#enqueued(depth - 1), ...this.list(2, () => this.#enqueued(depth - 1))],
      ...(this.chance(15) ? { params: true } : {}),
    };
  }

  #stopForm(): Extract<ActionSpec, { kind: 'stopChild' }>['form'] {
    if (this.chance(4)) return this.of(['self', 'system']);
    return this.of(['id', 'ref', 'inline']);
  }

  #send(form: ValueForm): ActionSpec {
    const event = this.chance(3) ? 'xstate.error' : this.of(events);
    if (this.chance(this.#hasParent ? 40 : 2)) {
      return { kind: 'sendParent', event, form, ...this.#later(20) };
    }
    if (this.chance(8)) return { kind: 'forwardTo', to: this.of(childIds) };
    const to = this.of<Recipient>([
      'self',
      'ref',
      'ref',
      'system',
      this.#hasParent ? 'parent' : 'ref',
      '#c1',
      '#c2',
    ]);
    return { kind: 'sendTo', to: this.chance(1) ? 'missing' : to, event, form, ...this.#later(25) };
  }

  #spawn(form: ValueForm): ActionSpec {
    const src = this.source();
    const id = this.chance(80) ? this.of(childIds) : null;
    const sync = this.chance(15) ? { sync: true } : {};
    const system = this.chance(8) ? { system: true } : {};
    if (this.chance(50))
      return { kind: 'spawn', src, id, form: this.of(['object', 'function']), ...sync, ...system };
    return { kind: 'spawnChild', src, id, form, ...sync, ...system };
  }

  #enqueued(depth: number): EnqueuedSpec {
    return {
      check: this.chance(40) ? this.guard(1) : null,
      method: this.chance(50),
      actions: [this.action(depth)],
    };
  }

  step(): StepSpec {
    const drawn = this.upTo(99);
    if (drawn < 56) return { kind: 'send', event: this.of(events) };
    if (drawn < 59) return { kind: 'pure', event: this.of(events) };
    if (drawn < 62) {
      const known = this.#routed.length > 0 && this.chance(80);
      return { kind: 'route', to: this.of(known ? this.#routed : this.#keys) };
    }
    if (drawn < 67) return { kind: 'burst', events: [this.of(events), this.of(events)] };
    if (drawn < 71) return { kind: 'sendChild', id: this.of(childIds), event: this.of(events) };
    if (drawn < 88) return { kind: 'advance', ms: this.of([1, 5, 20]) };
    if (drawn < 91) return { kind: 'settle' };
    if (drawn < 99) return { kind: 'persist' };
    return { kind: 'stop' };
  }
}

function drawCase(random: fc.Random): CaseSpec {
  const hosted = random.nextInt(0, 3) === 0;
  const draw = new Draw(random, hosted ? 'hosted' : 'root');
  const root = draw.machine(draw.upTo(9));
  const child = draw.chance(50) ? new Draw(random, 'nested').machine(draw.upTo(3)) : null;
  return {
    root,
    child,
    context: draw.of(['static', 'lazy']),
    hosted,
    inspected: draw.chance(35),
    observed: draw.chance(60),
    provided: draw.chance(10),
    childEngine: draw.of(['same', 'plain']),
    most: draw.chance(10) ? 1 + draw.upTo(8) : null,
    steps: [draw.step(), ...draw.list(8, () => draw.step())],
  };
}

class CaseArbitrary extends fc.Arbitrary<CaseSpec> {
  override generate(random: fc.Random): fc.Value<CaseSpec> {
    return new fc.Value(drawCase(random), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is CaseSpec {
    return typeof value === 'object' && value !== null;
  }

  override shrink(value: CaseSpec): fc.Stream<fc.Value<CaseSpec>> {
    return new fc.Stream(smallerCases(value)).map((smaller) => new fc.Value(smaller, undefined));
  }
}

export function machineCases(): fc.Arbitrary<CaseSpec> {
  return new CaseArbitrary();
}
