/**
 * The system of an actor that has no parent: who is found by which address, who looks on, what is due.
 *
 * It answers XState's own actors as their own system would.
 */
import type { AnyEvent } from './event.ts';
import type { AnyActorRef, InspectionEvent, Observer, Subscription } from 'xstate';
import {
  type ClockParts,
  type Logger,
  type SystemParts,
  bookSession,
  internalsOf,
} from './xstate-internals.ts';

/** As the system's snapshot shows it: it can be written as JSON, which the clock's own timers cannot. */
interface Scheduled {
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly event: AnyEvent;
  readonly delay: number;
  readonly id: string;
}

interface SystemSnapshot {
  readonly _scheduledEvents: Readonly<Record<string, Scheduled>>;
}

interface Due {
  readonly scheduled: Scheduled;
  readonly timer: unknown;
}

/** Actors that are found by their address although they are in no table of addresses. */
export interface Directory {
  get(systemId: string): AnyActorRef | undefined;
  /** In the order in which they came. */
  all(): Iterable<readonly [systemId: string, actor: AnyActorRef]>;
}

type Inspector = (event: InspectionEvent) => void;

/** What is due, by who asked for it: an actor that stops looks at its own only. */
class Scheduler {
  readonly #clock: ClockParts;
  readonly #system: CompiledSystem;
  readonly #due = new Map<AnyActorRef, Map<string, Due>>();
  #count = 0;

  constructor(system: CompiledSystem, clock: ClockParts) {
    this.#system = system;
    this.#clock = clock;
  }

  schedule(
    source: AnyActorRef,
    target: AnyActorRef,
    event: AnyEvent,
    delay: number,
    id = `due:${this.#count++}`,
  ): void {
    let due = this.#due.get(source);
    if (due === undefined) {
      due = new Map();
      this.#due.set(source, due);
    }
    const timer = this.#clock.setTimeout(() => {
      this.#forget(source, id);
      this.#system._relay(source, target, event);
    }, delay);
    due.set(id, { scheduled: { source, target, event, delay, id }, timer });
  }

  cancel(source: AnyActorRef, id: string): void {
    const timer = this.#due.get(source)?.get(id)?.timer;
    this.#forget(source, id);
    if (timer !== undefined) this.#clock.clearTimeout(timer);
  }

  cancelAll(source: AnyActorRef): void {
    if (this.#due.size === 0) return;
    const due = this.#due.get(source);
    if (due !== undefined) for (const id of due.keys()) this.cancel(source, id);
  }

  all(): Record<string, Scheduled> {
    const found: Record<string, Scheduled> = {};
    for (const [source, due] of this.#due) {
      for (const [id, { scheduled }] of due) found[`${source.sessionId}.${id}`] = scheduled;
    }
    return found;
  }

  #forget(source: AnyActorRef, id: string): void {
    const due = this.#due.get(source);
    if (due?.delete(id) === true && due.size === 0) this.#due.delete(source);
  }
}

export class CompiledSystem implements SystemParts {
  readonly scheduler: Scheduler;
  readonly _clock: ClockParts;
  readonly _logger: Logger;
  readonly #root: AnyActorRef;
  /** In the order in which they came. */
  readonly #addresses = new Map<string, AnyActorRef>();
  readonly #inspectors = new Set<Inspector>();
  #waiting: readonly Scheduled[] = [];
  /** Whether anybody looks on. */
  isWatched = false;
  directory: Directory | null = null;

  constructor(root: AnyActorRef, clock: ClockParts, logger: Logger) {
    this.#root = root;
    this._clock = clock;
    this._logger = logger;
    this.scheduler = new Scheduler(this, clock);
  }

  get _snapshot(): SystemSnapshot {
    return { _scheduledEvents: this.scheduler.all() };
  }
  /** What was due runs anew from when the system starts again. */
  set _snapshot({ _scheduledEvents: scheduled }: SystemSnapshot) {
    this.#waiting = Object.values(scheduled);
  }

  getSnapshot(): SystemSnapshot {
    return this._snapshot;
  }

  get(systemId: string): AnyActorRef | undefined {
    return this.#addresses.get(systemId) ?? this.directory?.get(systemId);
  }

  /** In the order in which they came. */
  getAll(): Record<string, AnyActorRef> {
    return Object.fromEntries([...this.#addresses, ...(this.directory?.all() ?? [])]);
  }

  inspect(observer: Observer<InspectionEvent> | Inspector): Subscription {
    const tell: Inspector =
      typeof observer === 'function'
        ? (event) => observer(event)
        : (event) => observer.next?.(event);
    this.#inspectors.add(tell);
    this.isWatched = true;
    return {
      unsubscribe: () => {
        this.#inspectors.delete(tell);
        this.isWatched = this.#inspectors.size > 0;
      },
    };
  }

  start(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { source, target, event, delay, id } of waiting) {
      this.scheduler.schedule(source, target, event, delay, id);
    }
  }

  _bookId(): string {
    return bookSession();
  }

  /** For XState's own actors: nothing asks a system for an actor by its session. */
  _register(sessionId: string): string {
    return sessionId;
  }

  _unregister(actor: AnyActorRef): void {
    const { systemId } = actor as { systemId?: string };
    if (systemId === undefined || this.get(systemId) !== actor) return;
    this.#addresses.delete(systemId);
  }

  _set(systemId: string, actor: AnyActorRef): void {
    const existing = this.get(systemId);
    if (existing !== undefined && existing !== actor) {
      throw new Error(`Actor with system ID '${systemId}' already exists.`);
    }
    if (existing !== undefined) return;
    this.#addresses.set(systemId, actor);
  }

  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEvent): void {
    if (this.isWatched) {
      const sent = { type: '@xstate.event', sourceRef: source, actorRef: target, event };
      this._sendInspectionEvent(sent);
    }
    internalsOf(target)._send(event);
  }

  _sendInspectionEvent(event: object): void {
    if (!this.isWatched) return;
    const told = { ...event, rootId: this.#root.sessionId } as InspectionEvent;
    for (const tell of this.#inspectors) tell(told);
  }
}
