/** Runs a case on an engine and writes down everything that can be seen of it, from inside and outside. */
import {
  type Actor,
  type ActorOptions,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  type AnyStateMachine,
  type InspectionEvent,
  type StateValue,
  SimulatedClock,
  createActor,
  setup,
  transition,
} from 'xstate';
import { events } from './machine-arbitrary.ts';
import { buildMachine } from './machine-building.ts';
import type { CaseSpec, StepSpec } from './machine-spec.ts';
import { Trace } from './trace.ts';

export interface EngineUnderTest {
  readonly name: string;
  readonly logicOf: (machine: AnyStateMachine) => AnyActorLogic;
  /** XState's `createActor`, or the engine's own. */
  readonly create: (
    logic: AnyActorLogic,
    options: ActorOptions<AnyActorLogic>,
  ) => Actor<AnyActorLogic>;
}

export const xstateEngine: EngineUnderTest = {
  name: 'XState',
  logicOf: (machine) => machine,
  create: createActor,
};

export interface Transcript {
  readonly lines: readonly string[];
  /** As JSON, in the order of the `persist` steps. */
  readonly persisted: readonly string[];
}

/** An invoked guest in a plain XState machine, which records what it is told. */
function hostOf(guest: AnyActorLogic, trace: Trace): AnyStateMachine {
  const heard = ({ event }: { event: AnyEventObject }): void => trace.put('host', event);
  return setup({ actors: { guest } }).createMachine({
    invoke: {
      src: 'guest',
      id: 'guest',
      input: { n: 1 },
      onDone: { actions: heard },
      onError: { actions: heard },
    },
    on: { '*': { actions: heard } },
  }) as AnyStateMachine;
}

/** What both engines' snapshots have. */
interface AnySnapshot {
  readonly value: StateValue;
  readonly context: unknown;
  readonly status: string;
  readonly output: unknown;
  readonly error: unknown;
  readonly tags: ReadonlySet<string>;
  readonly children: Readonly<Record<string, AnyActorRef | undefined>>;
  hasTag(tag: string): boolean;
  matches(value: StateValue): boolean;
  can(event: AnyEventObject): boolean;
  getMeta(): unknown;
}

interface AnyTransition {
  readonly eventType: string;
  readonly source: { readonly id: string };
  readonly target: readonly { readonly id: string }[] | undefined;
  readonly reenter: boolean;
}

interface Subject {
  readonly root: Actor<AnyActorLogic>;
  readonly actor: () => AnyActorRef;
}

class Run {
  readonly #spec: CaseSpec;
  readonly #engine: EngineUnderTest;
  readonly #restoreFrom: readonly string[] | null;
  readonly #trace: Trace;
  readonly #clock = new SimulatedClock();
  readonly #persisted: string[] = [];
  readonly #logic: AnyActorLogic;
  #subject: Subject;

  constructor(
    spec: CaseSpec,
    engine: EngineUnderTest,
    restoreFrom: readonly string[] | null,
    trace: Trace,
  ) {
    this.#trace = trace;
    this.#spec = spec;
    this.#engine = engine;
    this.#restoreFrom = restoreFrom;
    const machine = buildMachine(spec, { trace: this.#trace, logicOf: engine.logicOf });
    const guest = engine.logicOf(machine);
    this.#logic = spec.hosted ? hostOf(guest, this.#trace) : guest;
    this.#subject = this.#open();
  }

  get transcript(): Transcript {
    return { lines: this.#trace.lines(), persisted: this.#persisted };
  }

  #open(snapshot?: unknown): Subject {
    const trace = this.#trace;
    const options = {
      id: 'root',
      clock: this.#clock,
      logger: (...said: unknown[]): void => trace.put('log', ...said),
      input: { n: 1 },
      ...(this.#spec.inspected
        ? { inspect: (event: InspectionEvent): void => this.#inspected(event) }
        : {}),
      ...(snapshot === undefined ? {} : { snapshot }),
    } as unknown as ActorOptions<AnyActorLogic>;
    const { hosted } = this.#spec;
    const root = hosted
      ? createActor(this.#logic, options)
      : this.#engine.create(this.#logic, options);
    const guest = (): AnyActorRef | undefined =>
      (root.getSnapshot() as Partial<AnySnapshot>).children?.['guest'];
    return { root, actor: () => (hosted ? (guest() ?? root) : root) };
  }

  #inspected(event: InspectionEvent): void {
    const trace = this.#trace;
    const about = [event.type, idOf(event.actorRef)];
    switch (event.type) {
      case '@xstate.event':
        trace.put(...about, idOf(event.sourceRef), event.event);
        break;
      case '@xstate.action':
        trace.put(...about, event.action);
        break;
      case '@xstate.microstep':
        trace.put(
          ...about,
          event.event,
          brief(event.snapshot),
          (event._transitions as AnyTransition[]).map(({ eventType, source, target, reenter }) => [
            eventType,
            source.id,
            target?.map(({ id }) => id),
            reenter,
          ]),
        );
        break;
      case '@xstate.snapshot':
        trace.put(...about, event.event, brief(event.snapshot));
        break;
      default:
        trace.put(...about);
    }
  }

  #observe(): void {
    if (!this.#spec.observed) return;
    const trace = this.#trace;
    const actor = this.#subject.actor();
    actor.subscribe({
      next: (snapshot: unknown) => trace.put('next', brief(snapshot)),
      error: (error: unknown) => trace.put('error', error),
      complete: () => trace.put('complete'),
    });
    actor.on('*' as never, (event: AnyEventObject) => trace.put('emitted', event));
    actor.on('a' as never, (event: AnyEventObject) => trace.put('emitted a', event));
  }

  async steps(): Promise<void> {
    this.#guarded('observe', () => this.#observe());
    this.#guarded('start', () => this.#subject.root.start());
    this.#look();
    for (const [at, step] of this.#spec.steps.entries()) {
      this.#trace.put('step', at, step);
      if (step.kind === 'settle') await settled();
      else this.#guarded(step.kind, () => this.#take(step));
      this.#look();
    }
    this.#guarded('end', () => this.#subject.root.stop());
    this.#look();
  }

  /** What it throws is part of what it does. */
  #guarded(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#trace.put('thrown', what, error);
    }
  }

  #take(step: Exclude<StepSpec, { kind: 'settle' }>): void {
    const actor = this.#subject.actor();
    switch (step.kind) {
      case 'send':
        actor.send({ type: step.event, by: 'test' });
        break;
      case 'burst':
        for (const type of step.events) actor.send({ type });
        break;
      case 'sendChild': {
        const { children } = actor.getSnapshot() as Partial<AnySnapshot>;
        children?.[step.id]?.send({ type: step.event, by: 'test' });
        break;
      }
      case 'advance':
        this.#clock.increment(step.ms);
        break;
      case 'route':
        actor.send({ type: 'xstate.route', to: `#${step.to}` });
        break;
      case 'pure':
        this.#askPurely({ type: step.event, by: 'test' });
        break;
      case 'persist':
        this.#persist();
        break;
      case 'stop':
        this.#subject.root.stop();
    }
  }

  /** What the event would lead to, and the actions that would be done. */
  #askPurely(event: AnyEventObject): void {
    const snapshot: unknown = this.#subject.root.getSnapshot();
    const [next, actions] = transition(this.#logic, snapshot as never, event) as [
      unknown,
      readonly { readonly type: string; readonly params: unknown }[],
    ];
    const asked = actions.map(({ type, params }) => [type, params]);
    this.#trace.put('pure', brief(next), asked);
  }

  #persist(): void {
    const { root } = this.#subject;
    const own = JSON.stringify(root.getPersistedSnapshot());
    this.#trace.put('persisted', JSON.parse(own), root.getSnapshot());
    const given = this.#restoreFrom?.[this.#persisted.length] ?? own;
    const restored = withSessionsOf(given, own);
    this.#persisted.push(own);
    root.stop();
    this.#subject = this.#open(JSON.parse(restored));
    this.#guarded('observe', () => this.#observe());
    this.#subject.root.start();
  }

  #look(): void {
    const trace = this.#trace;
    const { actor, root } = this.#subject;
    trace.unmetered(() => {
      if (this.#spec.hosted) trace.put('host state', brief(root.getSnapshot()));
      trace.put('state', ...seen(actor().getSnapshot()));
    });
  }
}

function idOf(actor: unknown): string | undefined {
  return (actor as AnyActorRef | undefined)?.id;
}

/** Children without an id have that of their session, which is another one in every run. */
function withSessionsOf(given: string, own: string): string {
  const sessions = (text: string): string[] => [...new Set(text.match(/x:\d+/g))];
  const names = sessions(own);
  const known = new Map(sessions(given).map((session, at) => [session, names[at] ?? session]));
  return given.replaceAll(/x:\d+/g, (session) => known.get(session) ?? session);
}

/** Everything that a snapshot says when it is asked. */
function seen(asked: unknown): unknown[] {
  const snapshot = asked as AnySnapshot;
  const { value, context, status, output, error } = snapshot;
  const plain = [value, context, status, output, error];
  if (typeof snapshot.can !== 'function') return plain;
  return [
    ...plain,
    [...snapshot.tags],
    ['red', 'blue'].map((tag) => snapshot.hasTag(tag as never)),
    snapshot.getMeta(),
    snapshot.matches(value),
    snapshot.matches('s1'),
    Object.entries(snapshot.children).map(([id, child]) => [
      id,
      child?.id,
      brief(child?.getSnapshot()),
    ]),
    [...events, 'unheard'].map((type) => answered(() => snapshot.can({ type }))),
  ];
}

function answered(ask: () => boolean): boolean | Error {
  try {
    return ask();
  } catch (error) {
    return error as Error;
  }
}

function brief(snapshot: unknown): unknown {
  if (typeof snapshot !== 'object' || snapshot === null) return snapshot;
  const { value, context, status, output, error } = snapshot as Record<string, unknown>;
  return [value, context, status, output, error];
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 2; turns += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/**
 * The transcript of a case. XState throws errors that nobody handles from a timer without a delay:
 * these are caught and become part of the transcript. Its development build warns of events to stopped
 * actors: that is not compared.
 *
 * @param restoreFrom - what to restore from at each `persist` step; its own where it is null.
 */
export async function runCase(
  spec: CaseSpec,
  engine: EngineUnderTest,
  restoreFrom: readonly string[] | null = null,
): Promise<Transcript> {
  const trace = new Trace();
  const { setTimeout: original } = globalThis;
  const { warn } = console;
  const catching = (act: () => void, delay?: number): unknown => {
    if (delay !== undefined && delay > 0) return original(act, delay);
    try {
      act();
    } catch (error) {
      trace.put('unhandled', error);
    }
    return undefined;
  };
  globalThis.setTimeout = catching as typeof setTimeout;
  console.warn = (): void => {};
  try {
    const run = new Run(spec, engine, restoreFrom, trace);
    await run.steps();
    return run.transcript;
  } catch (error) {
    trace.put('not made', error);
    return { lines: trace.lines(), persisted: [] };
  } finally {
    globalThis.setTimeout = original;
    console.warn = warn;
  }
}

/** Where two transcripts part, with what came just before; null where they do not. */
export function differenceOf(one: Transcript, other: Transcript): string | null {
  const longest = Math.max(one.lines.length, other.lines.length);
  for (let at = 0; at < longest; at += 1) {
    if (one.lines[at] === other.lines[at]) continue;
    const before = one.lines.slice(Math.max(0, at - 6), at);
    return [...before, `XState:   ${one.lines[at]}`, `compiled: ${other.lines[at]}`].join('\n');
  }
  return null;
}
