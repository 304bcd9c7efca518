/**
 * The actor of a compiled machine: XState's contract for actors, in a small object.
 *
 * A1 One event at a time, in order of arrival; what comes while one is handled waits.
 * A2 Until the actor has started its events wait, and so do the effects of its first snapshot.
 * A3 Mailbox, observers and listeners exist once they are needed.
 */
import type { Program } from './model.ts';
import { type AnyEvent, doneEvent, errorEvent } from './event.ts';
import {
  type ActorOptions,
  type AnyActorLogic,
  type AnyActorRef,
  type Observer,
  type Subscription,
  createActor as createXStateActor,
} from 'xstate';
import { attachDevTools } from './dev-tools.ts';
import { makeEffect } from './effects.ts';
import type { CompiledActorOptions } from './actor-options.ts';
import { firstSnapshot, initEvent } from './first-snapshot.ts';
import {
  type ChildOptions,
  Effect,
  type EffectKind,
  type Host,
  type PendingAction,
} from './host.ts';
import { macrostep } from './macrostep.ts';
import {
  asAction,
  refuseMissingSnapshot,
  refuseTextEvent,
  warnOfStoppedActor,
} from './mistakes.ts';
import {
  Listeners,
  type ObserverLike,
  type SnapshotObserver,
  type Watcher,
  completeAll,
  failAll,
  observerOf,
  tellAll,
  tellEnd,
} from './observers.ts';
import { type PersistedMachine, persisted, restored } from './persistence.ts';
import { programOf } from './programs.ts';
import type { CompiledSnapshot } from './snapshot.ts';
import { CompiledSystem } from './system.ts';
import {
  type ClockParts,
  Life,
  type LifeStage,
  type Logger,
  type SystemParts,
  actorMark,
  actorMarkValue,
  defaultClock,
  defaultLogger,
  internalsOf,
  reportUnhandled,
} from './xstate-internals.ts';

/** Of effects at a time, three places each: a longer list is not kept. */
const mostKeptEffects = 96;

const stopEvent: AnyEvent = { type: 'xstate.stop' };

export class CompiledActor implements Host {
  readonly logic: object;
  readonly options: CompiledActorOptions;
  readonly system: SystemParts;
  readonly src: unknown;
  readonly systemId: string | undefined;
  readonly _parent: AnyActorRef | undefined;
  readonly _syncSnapshot: boolean | undefined;
  /** Told of everything before observers and listeners are. */
  watcher: Watcher | null;
  _processingStatus: LifeStage = Life.notStarted;
  _snapshot: CompiledSnapshot;
  readonly #program: Program;
  /** The system, if it is one of ours: it knows whether anybody looks on. */
  readonly #own: CompiledSystem | null;
  #session: string | null = null;
  #bound: ((event: AnyEvent) => void) | null = null;
  readonly #id: string | undefined;
  /** An event is being handled, or the actor is only starting. */
  #busy = false;
  #mail: AnyEvent[] | null = null;
  #read = 0;
  /** Triples of a kind and two values, up to `#effectEnd`: the list itself is kept. */
  #effects: unknown[] | null = null;
  #effectEnd = 0;
  #observers: Set<SnapshotObserver> | null = null;
  #listeners: Listeners | null = null;

  constructor(logic: object, program: Program, options: CompiledActorOptions) {
    this.logic = logic;
    this.#program = program;
    this.options = options;
    const { parent, systemId, inspect } = options;
    this.watcher = options.watcher ?? null;
    this._parent = parent;
    this._syncSnapshot = options.syncSnapshot;
    this.#id = options.id;
    this.src = options.src ?? logic;
    this.systemId = systemId || undefined;
    this.system =
      parent === undefined
        ? new CompiledSystem(
            this.asRef,
            options.clock ?? defaultClock(),
            options.logger ?? defaultLogger(),
          )
        : (parent.system as unknown as SystemParts);
    this.#own = this.system instanceof CompiledSystem ? this.system : null;
    // Numbered as it comes, like XState's; who watches many actors has names of his own for them.
    if (this.watcher === null) this.#session = this.system._bookId();
    if (inspect !== undefined && parent === undefined) this.system.inspect(inspect);
    if (this.isWatched) {
      this.system._sendInspectionEvent({ type: '@xstate.actor', actorRef: this });
    }
    if (this.systemId !== undefined) this.system._set(this.systemId, this.asRef);
    this._snapshot = this.#initial(options.snapshot ?? options.state);
    if (this.systemId !== undefined && this._snapshot.status !== 'active') {
      this.system._unregister(this.asRef);
    }
  }

  get asRef(): AnyActorRef {
    return this as unknown as AnyActorRef;
  }

  get self(): AnyActorRef {
    return this.asRef;
  }

  get ref(): AnyActorRef {
    return this.asRef;
  }

  get sessionId(): string {
    return (this.#session ??= this.system._bookId());
  }

  get id(): string {
    return this.#id ?? this.sessionId;
  }

  get clock(): ClockParts {
    return this.options.clock ?? this.system._clock;
  }

  get logger(): Logger {
    return this.options.logger ?? this.system._logger;
  }

  // As the host of its machine.

  get isWatched(): boolean {
    return this.#own === null || this.#own.isWatched;
  }

  get isDirect(): boolean {
    return this._processingStatus === Life.running && !this.isWatched;
  }

  log(...values: readonly unknown[]): void {
    this.logger(...values);
  }

  perform(action: PendingAction): void {
    if (this._processingStatus !== Life.running) {
      this.later(Effect.perform, action, undefined);
      return;
    }
    if (this.isWatched) {
      const { type, params } = action;
      this.system._sendInspectionEvent({
        type: '@xstate.action',
        actorRef: this,
        action: { type, params },
      });
    }
    if (action.exec !== undefined) asAction(action.exec)(action.info, action.params);
  }

  later(kind: EffectKind, a: unknown, b: unknown): void {
    const effects = (this.#effects ??= []);
    effects[this.#effectEnd++] = kind;
    effects[this.#effectEnd++] = a;
    effects[this.#effectEnd++] = b;
  }

  emit(event: AnyEvent): void {
    this.watcher?.emitted(event, this);
    this.#listeners?.emit(event);
  }

  stopChild(child: AnyActorRef): void {
    if (internalsOf(child)._parent !== this.asRef) {
      throw new Error(
        `Cannot stop child actor ${child.id} of ${this.id} because it is not a child`,
      );
    }
    internalsOf(child)._stop();
  }

  spawn(logic: AnyActorLogic, options: ChildOptions): AnyActorRef {
    return spawnChildOf(this.asRef, logic, options);
  }

  // As an actor.

  getSnapshot(): CompiledSnapshot {
    refuseMissingSnapshot(this._snapshot);
    return this._snapshot;
  }

  getPersistedSnapshot(options?: unknown): object {
    return persisted(this._snapshot, options);
  }

  toJSON(): object {
    return { [actorMark]: actorMarkValue, id: this.id };
  }

  [Symbol.observable ?? '@@observable'](): this {
    return this;
  }

  /** Can be taken off the actor and called alone. */
  get send(): (event: AnyEvent) => void {
    return (this.#bound ??= (event) => {
      refuseTextEvent(event);
      this.system._relay(undefined, this.asRef, event);
    });
  }

  _send(event: AnyEvent): void {
    if (this._processingStatus === Life.stopped) {
      warnOfStoppedActor(this, event);
      return;
    }
    if (this.#busy || this._processingStatus === Life.notStarted) {
      if (this.#mail === null) this.#mail = [event];
      else this.#mail.push(event);
      return;
    }
    this.#busy = true;
    this.#handle(event);
    if (this.#mail !== null) this.#handleMail();
    this.#busy = false;
  }

  on(type: string, handler: (event: AnyEvent) => void): Subscription {
    this.#listeners ??= new Listeners();
    return this.#listeners.add(type, handler);
  }

  subscribe(
    next: ObserverLike,
    error?: (error: unknown) => void,
    complete?: () => void,
  ): Subscription {
    const observer = observerOf(next, error, complete);
    if (this._processingStatus === Life.stopped) tellEnd(observer, this._snapshot);
    else {
      this.#observers ??= new Set();
      this.#observers.add(observer);
    }
    return { unsubscribe: () => void this.#observers?.delete(observer) };
  }

  select<T>(
    selector: (snapshot: CompiledSnapshot) => T,
    equal: (one: T, other: T) => boolean = Object.is,
  ): { subscribe(observer: Observer<T> | ((value: T) => void)): Subscription; get(): T } {
    return {
      subscribe: (given) => {
        const observer = observerOf(given as ObserverLike);
        let last = selector(this._snapshot);
        return this.subscribe((snapshot) => {
          const next = selector(snapshot as CompiledSnapshot);
          if (equal(last, next)) return;
          last = next;
          observer.next?.(next);
        });
      },
      get: () => selector(this._snapshot),
    };
  }

  start(): this {
    if (this._processingStatus === Life.running) return this;
    if (this._syncSnapshot === true) this.#tellParentOfSnapshots();
    // A system of XState's own wants to know its session; ours does not ask.
    if (this.#own === null) this.system._register(this.sessionId, this.asRef);
    if (this.systemId !== undefined) this.system._set(this.systemId, this.asRef);
    this._processingStatus = Life.running;
    const event = initEvent(this.options.input);
    if (this.isWatched) {
      this.system._sendInspectionEvent({
        type: '@xstate.event',
        sourceRef: this._parent,
        actorRef: this,
        event,
      });
    }
    const { status } = this._snapshot;
    if (status === 'error') {
      this.#fail(this._snapshot.error);
      return this;
    }
    this.#busy = true;
    if (status === 'done') {
      this.#update(this._snapshot, event);
      return this;
    }
    if (this._parent === undefined) this.system.start();
    if (this.#startChildren()) {
      this.#update(this._snapshot, event);
      attachDevTools(this, this.options.devTools);
      if (this.#mail !== null) this.#handleMail();
    }
    this.#busy = false;
    return this;
  }

  stop(): this {
    if (this._parent !== undefined) {
      throw new Error('A non-root actor cannot be stopped directly.');
    }
    return this._stop();
  }

  _stop(): this {
    if (this._processingStatus === Life.stopped) return this;
    this.#mail = null;
    this.#read = 0;
    if (this._processingStatus === Life.notStarted) this._processingStatus = Life.stopped;
    else this._send(stopEvent);
    return this;
  }

  #initial(from: unknown): CompiledSnapshot {
    try {
      if (from !== undefined && from !== null) {
        return restored(this.#program, this, from as PersistedMachine);
      }
      return firstSnapshot(this.#program, this, this.options.input);
    } catch (error) {
      return { status: 'error', output: undefined, error } as CompiledSnapshot;
    }
  }

  /** Restored children go on with their parent. False = one of them threw, or has no logic. */
  #startChildren(): boolean {
    if (this._snapshot.family.isEmpty) return true;
    try {
      for (const child of Object.values(this._snapshot.children)) {
        const { status } = (child as AnyActorRef).getSnapshot() as { status?: string };
        if (status === 'active') (child as AnyActorRef).start();
      }
      return true;
    } catch (error) {
      this._snapshot = this._snapshot.failed(error);
      this.#fail(error);
      return false;
    }
  }

  #handleMail(): void {
    while (this.#mail !== null) {
      const event = this.#mail[this.#read++];
      if (this.#read >= this.#mail.length) {
        this.#mail = null;
        this.#read = 0;
      } else if (this.#read >= 1024) {
        this.#mail.splice(0, this.#read);
        this.#read = 0;
      }
      if (event !== undefined) this.#handle(event);
    }
  }

  #handle(event: AnyEvent): void {
    let next: CompiledSnapshot;
    try {
      next = macrostep(this.#program, this, this._snapshot, event);
    } catch (error) {
      this._snapshot = this._snapshot.failed(error);
      this.#fail(error);
      return;
    }
    this.#update(next, event);
    if (event.type === 'xstate.stop') {
      this.#retire();
      this.#complete();
    }
  }

  #update(snapshot: CompiledSnapshot, event: AnyEvent): void {
    this._snapshot = snapshot;
    if (this.#effectEnd > 0) this.#makeEffects(snapshot);
    switch (this._snapshot.status) {
      case 'active':
        if (this.#observers !== null) tellAll(this.#observers, snapshot);
        break;
      case 'done':
        if (this.#observers !== null) tellAll(this.#observers, snapshot);
        this.#retire();
        this.#complete();
        if (this._parent !== undefined) {
          this.system._relay(this.asRef, this._parent, doneEvent(this.id, this._snapshot.output));
        }
        break;
      case 'error':
        this.#fail(this._snapshot.error);
        break;
      case 'stopped':
    }
    if (this.isWatched) {
      this.system._sendInspectionEvent({
        type: '@xstate.snapshot',
        actorRef: this,
        event,
        snapshot,
      });
    }
  }

  /** Effects that are added on the way are made as well; an error among them ends the actor. */
  #makeEffects(snapshot: CompiledSnapshot): void {
    const effects = this.#effects ?? [];
    try {
      for (let at = 0; at < this.#effectEnd; at += 3) {
        makeEffect(this, effects[at] as EffectKind, effects[at + 1], effects[at + 2]);
      }
    } catch (error) {
      this._snapshot = snapshot.failed(error);
    }
    if (this.#effectEnd > mostKeptEffects) this.#effects = null;
    else effects.fill(undefined, 0, this.#effectEnd);
    this.#effectEnd = 0;
  }

  #tellParentOfSnapshots(): void {
    const parent = this._parent as AnyActorRef;
    this.subscribe({
      next: (snapshot) => {
        if ((snapshot as CompiledSnapshot).status !== 'active') return;
        const news = { type: `xstate.snapshot.${this.id}`, snapshot };
        this.system._relay(this.asRef, parent, news);
      },
      error: () => undefined,
    });
  }

  #complete(): void {
    this.watcher?.completed(this);
    if (this.#observers !== null) completeAll(this.#observers);
    this.#listeners?.clear();
  }

  #fail(error: unknown): void {
    this.#effectEnd = 0;
    this.#effects = null;
    this.#retire();
    const observers = this.#observers;
    this.watcher?.failed(error, this);
    this.#listeners?.clear();
    if (observers !== null && observers.size > 0) failAll(observers, error);
    else if (this._parent === undefined && this.watcher === null) reportUnhandled(error);
    if (this._parent === undefined) return;
    this.system._relay(this.asRef, this._parent, errorEvent(this.id, error));
  }

  /** It takes no more mail, nothing of it is due any more, its address is free. */
  #retire(): void {
    if (this._processingStatus !== Life.running) return;
    this.system.scheduler.cancelAll(this.asRef);
    this.#mail = null;
    this.#read = 0;
    this._processingStatus = Life.stopped;
    this.system._unregister(this.asRef);
  }
}

/** Children: of a compiled machine they are our actors, of anything else XState's. */
export function spawnChildOf(
  parent: AnyActorRef,
  logic: AnyActorLogic,
  options: ChildOptions,
): AnyActorRef {
  const program = programOf(logic);
  if (program !== undefined) return new CompiledActor(logic, program, { ...options, parent }).asRef;
  return createXStateActor(logic, { ...options, parent } as ActorOptions<AnyActorLogic>);
}
