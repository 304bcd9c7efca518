/**
 * The actor of a compiled machine: XState's contract for actors, in a small object.
 *
 * A1 One event at a time, in order of arrival; what comes while one is handled waits.
 * A2 Until the actor has started its events wait, and so do the effects of its first snapshot.
 * A3 Mailbox, observers and listeners exist once they are needed.
 */
import type { Program, Status } from './model.ts';
import { type AnyEvent, doneEvent, errorEvent, stopEvent } from './event.ts';
import {
  type ActorOptions,
  type AnyActorLogic,
  type AnyActorRef,
  type Observer,
  type StateValue,
  type Subscription,
  createActor as createXStateActor,
} from 'xstate';
import { attachDevTools } from './dev-tools.ts';
import { EffectList } from './effects.ts';
import { type CompiledActorOptions, optionsOfChild } from './actor-options.ts';
import { firstFrame, initEvent } from './first-snapshot.ts';
import { StepFrame } from './frame.ts';
import {
  type ChildOptions,
  Effect,
  type EffectKind,
  type Host,
  type PendingAction,
} from './host.ts';
import { macrostep } from './macrostep.ts';
import { Mailbox } from './mailbox.ts';
import {
  asAction,
  refuseMissingSnapshot,
  refuseTextEvent,
  tells,
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
  selected,
  tellAll,
  tellEnd,
  tellParentOfSnapshots,
} from './observers.ts';
import { type PersistedMachine, persisted, restored } from './persistence.ts';
import { programOf } from './programs.ts';
import { type CompiledSnapshot, canTake } from './snapshot.ts';
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

/** In the place of an event that only who looks on would see. */
const notTold: AnyEvent = { type: 'xstate.init' };

export class CompiledActor implements Host {
  readonly logic: object;
  readonly options: CompiledActorOptions;
  readonly system: SystemParts;
  readonly src: unknown;
  readonly input: unknown;
  readonly _parent: AnyActorRef | undefined;
  readonly _syncSnapshot: boolean | undefined;
  /** Told of everything before observers and listeners are. */
  watcher: Watcher | null;
  _processingStatus: LifeStage = Life.notStarted;
  observers: Set<SnapshotObserver> | null = null;
  readonly #program: Program;
  /** Undefined until there is a first snapshot, or where none could be made. */
  readonly #frame: StepFrame | undefined;
  /** What is shown where no first snapshot could be made. */
  #shown: CompiledSnapshot | undefined = undefined;
  /** The system, if it is one of ours: it knows whether anybody looks on. */
  readonly #own: CompiledSystem | null;
  #session: string | null = null;
  #bound: ((event: AnyEvent) => void) | null = null;
  readonly #id: string | undefined;
  /** Its address, where the system is to find it by that. */
  readonly #address: string | undefined;
  /** An event is being handled, or the actor is only starting. */
  #busy = false;
  #mail: Mailbox | null = null;
  #effects: EffectList | null = null;
  #listeners: Listeners | null = null;

  /** `input`: instead of that of the options, which many actors can share then. */
  constructor(logic: object, program: Program, options: CompiledActorOptions, input?: unknown) {
    this.logic = logic;
    this.#program = program;
    this.options = options;
    const { parent, inspect } = options;
    this.watcher = options.watcher ?? null;
    this._parent = parent;
    this._syncSnapshot = options.syncSnapshot;
    this.#id = options.id;
    this.src = options.src ?? logic;
    this.#address = options.addressOf === undefined ? options.systemId || undefined : undefined;
    this.input = input ?? options.input;
    this.system =
      parent === undefined
        ? new CompiledSystem(
            this.asRef,
            options.clock ?? defaultClock(),
            options.logger ?? defaultLogger(),
          )
        : (parent.system as unknown as SystemParts);
    this.#own = this.system instanceof CompiledSystem ? this.system : null;
    // Where the order of numbers can be seen they are given as actors come, else when they are asked for.
    if (tells || this.isWatched) this.#session = this.system._bookId();
    if (inspect !== undefined && parent === undefined) this.system.inspect(inspect);
    if (this.isWatched) this.system._sendInspectionEvent({ type: '@xstate.actor', actorRef: this });
    if (this.#address !== undefined) this.system._set(this.#address, this.asRef);
    this.#frame = this.#begin(options.snapshot ?? options.state);
    if (this.#address !== undefined && this.#status !== 'active') {
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
  get _snapshot(): CompiledSnapshot {
    const frame = this.#frame;
    if (frame === undefined) return this.#shown as CompiledSnapshot;
    return frame.stepping ? frame.before() : frame.snapshot();
  }
  /** Who has stopped the actor may put a snapshot back, for it to be started again (see @xstate/react). */
  set _snapshot(snapshot: CompiledSnapshot) {
    if (this.#frame === undefined) this.#shown = snapshot;
    else this.#frame.restore(snapshot);
  }

  get #status(): Status {
    return this.#frame === undefined ? this._snapshot.status : this.#frame.status;
  }

  get sessionId(): string {
    return (this.#session ??= this.system._bookId());
  }

  get id(): string {
    return this.#id ?? this.sessionId;
  }

  get systemId(): string | undefined {
    return this.options.addressOf?.(this) ?? this.#address;
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
    (this.#effects ??= new EffectList()).add(kind, a, b);
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
    const snapshot = this._snapshot;
    refuseMissingSnapshot(snapshot);
    return snapshot;
  }

  /** The context as it is: not to be kept, and not to be looked into after the next event. */
  get context(): unknown {
    return this.#frame?.context;
  }

  /** As of the snapshot, without making one. */
  get value(): StateValue {
    return this.#frame === undefined ? this._snapshot.value : this.#frame.configuration.value;
  }

  /** As of the snapshot, without making one. */
  can(event: AnyEvent): boolean {
    const frame = this.#frame;
    return frame !== undefined && canTake(frame.configuration, frame.context, event);
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
      (this.#mail ??= new Mailbox()).put(event);
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
      this.observers ??= new Set();
      this.observers.add(observer);
    }
    return { unsubscribe: () => void this.observers?.delete(observer) };
  }

  select<T>(
    selector: (snapshot: CompiledSnapshot) => T,
    equal: (one: T, other: T) => boolean = Object.is,
  ): { subscribe(observer: Observer<T> | ((value: T) => void)): Subscription; get(): T } {
    return selected(this, selector, equal);
  }

  start(): this {
    if (this._processingStatus === Life.running) return this;
    if (this._syncSnapshot === true) tellParentOfSnapshots(this.asRef, this._parent as AnyActorRef);
    // A system of XState's own wants to know its session; ours does not ask.
    if (this.#own === null) this.system._register(this.sessionId, this.asRef);
    if (this.#address !== undefined) this.system._set(this.#address, this.asRef);
    this._processingStatus = Life.running;
    const event = this.isWatched ? initEvent(this.input) : notTold;
    if (this.isWatched) {
      const sent = { type: '@xstate.event', sourceRef: this._parent, actorRef: this, event };
      this.system._sendInspectionEvent(sent);
    }
    const frame = this.#frame;
    if (frame === undefined || frame.status === 'error') {
      this.#fail(this._snapshot.error);
      return this;
    }
    this.#busy = true;
    if (frame.status === 'done') {
      this.#update(frame, event);
      return this;
    }
    if (this._parent === undefined) this.system.start();
    if (this.#startChildren(frame)) {
      this.#update(frame, event);
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
    this.#mail?.clear();
    if (this._processingStatus === Life.notStarted) this._processingStatus = Life.stopped;
    else this._send(stopEvent);
    return this;
  }

  #begin(from: unknown): StepFrame | undefined {
    try {
      if (from === undefined || from === null) {
        return firstFrame(this.#program, this, this.input);
      }
      const snapshot = restored(this.#program, this, from as PersistedMachine);
      return StepFrame.from(this.#program, this, snapshot);
    } catch (error) {
      this.#shown = { status: 'error', output: undefined, error } as CompiledSnapshot;
      return undefined;
    }
  }

  /** Restored children go on with their parent. False = one of them threw, or has no logic. */
  #startChildren(frame: StepFrame): boolean {
    if (frame.family.isEmpty) return true;
    try {
      for (const child of Object.values(frame.family.record)) {
        const { status } = (child as AnyActorRef).getSnapshot() as { status?: string };
        if (status === 'active') (child as AnyActorRef).start();
      }
      return true;
    } catch (error) {
      frame.restore(frame.snapshot().failed(error));
      this.#fail(error);
      return false;
    }
  }

  #handleMail(): void {
    for (let event = this.#mail?.take(); event !== undefined; event = this.#mail?.take())
      this.#handle(event);
  }

  #handle(event: AnyEvent): void {
    const frame = this.#frame as StepFrame;
    try {
      frame.stepping = true;
      macrostep(frame, event);
      frame.stepping = false;
    } catch (error) {
      if (frame.stepping) {
        frame.stepping = false;
        frame.restore(frame.before().failed(error));
        this.#fail(error);
        return;
      }
      frame.restore(frame.snapshot().failed(error));
    }
    this.#update(frame, event);
    if (event.type === 'xstate.stop') {
      this.#retire();
      this.#complete();
    }
  }

  #update(frame: StepFrame, event: AnyEvent): void {
    const told = this.isWatched ? frame.snapshot() : null;
    if (this.#effects !== null && !this.#effects.isEmpty) this.#makeEffects(frame, this.#effects);
    switch (frame.status) {
      case 'active':
        if (this.observers !== null) tellAll(this.observers, frame.snapshot());
        break;
      case 'done':
        if (this.observers !== null) tellAll(this.observers, frame.snapshot());
        this.#retire();
        this.#complete();
        if (this._parent !== undefined) {
          this.system._relay(this.asRef, this._parent, doneEvent(this.id, frame.output));
        }
        break;
      case 'error':
        this.#fail(frame.error);
        break;
      case 'stopped':
    }
    if (this.isWatched) {
      this.system._sendInspectionEvent({
        type: '@xstate.snapshot',
        actorRef: this,
        event,
        snapshot: told ?? frame.snapshot(),
      });
    }
  }

  /** An error among them ends the actor. */
  #makeEffects(frame: StepFrame, effects: EffectList): void {
    try {
      effects.make(this);
    } catch (error) {
      effects.clear();
      frame.restore(frame.snapshot().failed(error));
    }
  }

  #complete(): void {
    this.watcher?.completed(this);
    if (this.observers !== null) completeAll(this.observers);
    this.#listeners?.clear();
  }

  #fail(error: unknown): void {
    this.#effects = null;
    this.#retire();
    const observers = this.observers;
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
    this.#mail?.clear();
    this._processingStatus = Life.stopped;
    if (this.#address !== undefined) this.system._unregister(this.asRef);
  }
}

/** Children: of a compiled machine they are our actors, of anything else XState's. */
export function spawnChildOf(
  parent: AnyActorRef,
  logic: AnyActorLogic,
  options: ChildOptions,
): AnyActorRef {
  const program = programOf(logic);
  const given = optionsOfChild(parent, options);
  if (program !== undefined) return new CompiledActor(logic, program, given).asRef;
  return createXStateActor(logic, given as ActorOptions<AnyActorLogic>);
}
