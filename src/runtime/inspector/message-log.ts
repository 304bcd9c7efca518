/**
 * Every message between the actors of a run, and the transitions each one led to, in columns.
 *
 * Found by applying the actions of the history once more to a kernel that is listened to: the run itself is not.
 * Owns: that kernel, and how far it has come.
 * L1 nothing is done until somebody asks, and then in slices. L2 a message is known by the record of the action
 * that it belongs to and its place among that action's messages. L3 at most `limits.inspectorMessages` are
 * kept: what comes after them is left out, and said to be.
 */
import type { AnyActorRef, AnyStateMachine, InspectionEvent } from 'xstate';
import { limits } from '../../limits.ts';
import { actionOf } from '../history/record.ts';
import { type Kernel, createKernel } from '../kernel/kernel.ts';
import { transitionNumbers } from './chart.ts';
import { type Pace, yieldLoop } from './pace.ts';
import { countUntil } from './sorted-numbers.ts';
import type { WatchedRun } from './watched-run.ts';

/** Who sends what comes from outside of the actors. */
const outside = 'kernel';

/** Texts that come again and again, by number. */
class Names {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }

  known(text: string): number | undefined {
    return this.#numbers.get(text);
  }

  text(number: number): string {
    return this.#texts[number] ?? '';
  }
}

export interface LoggedMessage {
  /** Number of the action's record, and place among its messages. */
  readonly seq: number;
  readonly index: number;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  /** Numbers of the receiver's transitions, in order. */
  readonly transitions: readonly number[];
}

/** What an actor has been sent and not dealt with yet. */
interface Inbox {
  readonly waiting: { readonly event: unknown; readonly row: number }[];
  /** The message it is dealing with; -1 = none. */
  current: number;
}

/** An inspection event, as far as it is read here. */
interface Inspected {
  readonly type: string;
  readonly actorRef: AnyActorRef & { readonly systemId?: string; readonly logic?: unknown };
  readonly sourceRef?: AnyActorRef & { readonly systemId?: string };
  readonly event?: { readonly type: string };
  readonly _transitions?: readonly unknown[];
}

function machineOf(actor: Inspected['actorRef']): AnyStateMachine {
  const logic = actor.logic as AnyStateMachine & { readonly machine?: AnyStateMachine };
  return logic.machine ?? logic;
}

const addressOf = (actor: { readonly systemId?: string; readonly id: string }): string =>
  actor.systemId ?? actor.id;

export class MessageLog {
  readonly #run: WatchedRun;
  readonly #pace: Pace;
  #kernel: Kernel | null = null;
  readonly #names = new Names();
  readonly #seqs: number[] = [];
  readonly #froms: number[] = [];
  readonly #tos: number[] = [];
  readonly #types: number[] = [];
  /** Numbers of the receiver's transitions, by message. */
  readonly #taken = new Map<number, number[]>();
  /** Messages that an actor got or sent, by its number. */
  readonly #ofActor = new Map<number, number[]>();
  readonly #inboxes = new WeakMap<object, Inbox>();
  #seq = 0;
  #first = 0;
  #action = 0;
  #isFull = false;
  #reading: Promise<void> | null = null;

  constructor(run: WatchedRun, pace: Pace) {
    this.#run = run;
    this.#pace = pace;
  }

  /** Number of the last record that was gone through. */
  get seq(): number {
    return this.#seq;
  }

  /** Records before this one are not gone through: the history does not have them. */
  get first(): number {
    return this.#first;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Goes at least to record `seq`; null: to where the history is now. */
  async reach(seq: number | null): Promise<void> {
    this.#run.settle();
    const goal = Math.min(seq ?? Number.POSITIVE_INFINITY, this.#run.history.lastSeq);
    while (this.#seq < goal && !this.#isFull) {
      this.#reading ??= this.#readSlices(goal).finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
  }

  /** Messages from record to record, both included; of one of the actors, where any are named. */
  between(
    from: number,
    to: number,
    actors: readonly string[] | undefined,
    offset: number,
    limit: number,
  ): { readonly messages: readonly LoggedMessage[]; readonly total: number } {
    const low = countUntil(this.#seqs, from - 1);
    const high = countUntil(this.#seqs, to);
    if (actors === undefined) {
      const messages = this.#rows(low + offset, Math.min(high, low + offset + limit));
      return { messages, total: high - low };
    }
    const rows = this.#rowsOf(actors, low, high);
    return {
      messages: rows.slice(offset, offset + limit).map((row) => this.#message(row)),
      total: rows.length,
    };
  }

  /** The last messages of an actor until a record, the latest first. */
  ofActor(
    address: string,
    until: number,
    offset: number,
    limit: number,
  ): { readonly messages: readonly LoggedMessage[]; readonly total: number } {
    const rows = this.#rowsUntil(address, until);
    const end = Math.max(0, rows.length - offset);
    const page = rows.slice(Math.max(0, end - limit), end).toReversed();
    return { messages: page.map((row) => this.#message(row)), total: rows.length };
  }

  /** How often an actor took each of its transitions until a record, and which in the last action that moved it. */
  transitions(
    address: string,
    until: number,
  ): {
    readonly counts: ReadonlyMap<number, number>;
    readonly last: { readonly seq: number; readonly transitions: readonly number[] };
  } {
    const counts = new Map<number, number>();
    let last = { seq: 0, transitions: [] as number[] };
    const number = this.#names.known(address);
    for (const row of this.#rowsUntil(address, until)) {
      if (this.#tos[row] !== number) continue;
      const taken = this.#taken.get(row) ?? [];
      for (const transition of taken) counts.set(transition, (counts.get(transition) ?? 0) + 1);
      if (taken.length === 0) continue;
      const seq = this.#seqs[row] ?? 0;
      if (seq === last.seq) last.transitions.push(...taken);
      else last = { seq, transitions: [...taken] };
    }
    return { counts, last };
  }

  /** The message's own event, by applying its action to a kernel that stands before it; undefined: there is none. */
  static eventIn(kernel: Kernel, apply: () => void, index: number): unknown {
    let count = 0;
    let found: unknown;
    const watch = kernel.inspect((event: InspectionEvent) => {
      if (event.type !== '@xstate.event') return;
      if (count === index) found = event.event;
      count += 1;
    });
    // Who comes is told of the actors first, of which none is a message.
    count = 0;
    apply();
    watch.unsubscribe();
    return found;
  }

  /** One of an action's messages. */
  at(seq: number, index: number): LoggedMessage | undefined {
    const row = countUntil(this.#seqs, seq - 1) + index;
    return this.#seqs[row] === seq ? this.#message(row) : undefined;
  }

  async #readSlices(goal: number): Promise<void> {
    const kernel = this.#begun();
    this.#pace.begin();
    const { history } = this.#run;
    for (const record of history.range(this.#seq + 1, goal)) {
      // What comes after a gap cannot be told any more.
      if (record.seq !== this.#seq + 1) {
        this.#isFull = true;
        return;
      }
      if (record.type === 'action') {
        if (this.#seqs.length >= limits.inspectorMessages) {
          this.#isFull = true;
          return;
        }
        this.#action = record.seq;
        try {
          kernel.apply(actionOf(record));
        } catch {
          // A bug in a machine is in the history as the net's failure; there is nothing after it.
          this.#isFull = true;
          return;
        }
      }
      this.#seq = record.seq;
      if (this.#pace.isUp()) await yieldLoop(this.#pace);
    }
  }

  #begun(): Kernel {
    if (this.#kernel !== null) return this.#kernel;
    const start = this.#run.start();
    const kernel = createKernel(this.#run.spec, start === null ? {} : { snapshot: start.snapshot });
    this.#first = (start?.seq ?? 0) + 1;
    this.#seq = start?.seq ?? 0;
    kernel.inspect((event) => this.#see(event as unknown as Inspected));
    this.#kernel = kernel;
    return kernel;
  }

  #see(event: Inspected): void {
    if (event.type === '@xstate.event') this.#sent(event);
    else if (event.type === '@xstate.microstep') this.#stepped(event);
  }

  #sent({ actorRef, sourceRef, event }: Inspected): void {
    const from = this.#names.number(sourceRef === undefined ? outside : addressOf(sourceRef));
    const to = this.#names.number(addressOf(actorRef));
    const row = this.#seqs.push(this.#action) - 1;
    this.#froms.push(from);
    this.#tos.push(to);
    this.#types.push(this.#names.number(event?.type ?? ''));
    this.#listed(from, row);
    if (to !== from) this.#listed(to, row);
    this.#inbox(actorRef).waiting.push({ event, row });
  }

  /** A step of a machine belongs to the message that its actor deals with. */
  #stepped({ actorRef, event, _transitions = [] }: Inspected): void {
    const inbox = this.#inbox(actorRef);
    const at = inbox.waiting.findIndex((message) => message.event === event);
    if (at >= 0) {
      inbox.current = inbox.waiting[at]?.row ?? -1;
      inbox.waiting.splice(0, at + 1);
    }
    if (inbox.current < 0 || _transitions.length === 0) return;
    const numbers = transitionNumbers(machineOf(actorRef));
    const taken = _transitions.flatMap((transition) => numbers.get(transition) ?? []);
    if (taken.length === 0) return;
    const known = this.#taken.get(inbox.current);
    if (known === undefined) this.#taken.set(inbox.current, taken);
    else known.push(...taken);
  }

  #inbox(actor: object): Inbox {
    let inbox = this.#inboxes.get(actor);
    if (inbox === undefined) {
      inbox = { waiting: [], current: -1 };
      this.#inboxes.set(actor, inbox);
    }
    return inbox;
  }

  #listed(actor: number, row: number): void {
    const rows = this.#ofActor.get(actor);
    if (rows === undefined) this.#ofActor.set(actor, [row]);
    else rows.push(row);
  }

  #rowsOf(actors: readonly string[], low: number, high: number): readonly number[] {
    const rows = new Set<number>();
    for (const address of actors) {
      const all = this.#ofActor.get(this.#names.known(address) ?? -1) ?? [];
      const end = countUntil(all, high - 1);
      for (let at = countUntil(all, low - 1); at < end; at++) rows.add(all[at] ?? 0);
    }
    return [...rows].sort((a, b) => a - b);
  }

  #rowsUntil(address: string, until: number): readonly number[] {
    const rows = this.#ofActor.get(this.#names.known(address) ?? -1) ?? [];
    return rows.slice(0, countUntil(rows, countUntil(this.#seqs, until) - 1));
  }

  #rows(low: number, high: number): readonly LoggedMessage[] {
    return Array.from({ length: Math.max(0, high - low) }, (_, at) => this.#message(low + at));
  }

  #message(row: number): LoggedMessage {
    const seq = this.#seqs[row] ?? 0;
    return {
      seq,
      index: row - countUntil(this.#seqs, seq - 1),
      from: this.#names.text(this.#froms[row] ?? 0),
      to: this.#names.text(this.#tos[row] ?? 0),
      type: this.#names.text(this.#types[row] ?? 0),
      transitions: this.#taken.get(row) ?? [],
    };
  }
}
