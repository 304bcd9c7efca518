/** Functions that meddle with the actors around them while they are called, by chance that a seed decides. */
import type { AnyActor, AnyActorRef, AnyEventObject } from 'xstate';

/** Numbers from 0 to 1, the same for the same seed. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 4_294_967_296;
  };
}

export const eventTypes = ['A', 'B', 'C', 'D', 'E'] as const;

/** How often functions may send, in all: what runs without end ends by an error. */
const mostSent = 200;

/** What is read of the snapshot of any actor, and of what is kept of one. */
interface Reading {
  readonly value?: unknown;
  readonly status: string;
  readonly context?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly children?: Readonly<Record<string, AnyActorRef | undefined>>;
  can?(event: AnyEventObject): boolean;
}

interface Keeping {
  getPersistedSnapshot(options: object): Reading;
}

/** Names of sessions are given in another order where nobody can see it. */
const unnamed = (text: string): string => text.replaceAll(/x:\d+/g, 'x');

export function shown(snapshot: unknown): string {
  if (snapshot === undefined) return 'none';
  const { value, status, context, output, error, children } = snapshot as Reading;
  const { n } = (context ?? {}) as { n?: number };
  return unnamed(
    JSON.stringify([value, status, n, output, String(error), Object.keys(children ?? {})]),
  );
}

export class Meddler {
  readonly lines: string[] = [];
  readonly next: () => number;
  root: AnyActor | null = null;
  hasStarted = false;
  #left = 40;
  #depth = 0;
  #sent = 0;
  readonly #subscriptions: { unsubscribe(): void }[] = [];

  constructor(seed: number) {
    this.next = chances(seed);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  say(...words: readonly unknown[]): void {
    this.lines.push(unnamed(words.map(String).join(' ')));
  }

  /** The event as a function of its own, which counts. */
  event(type: string): () => AnyEventObject {
    return () => {
      if (++this.#sent > mostSent) throw new Error('enough was sent');
      return { type };
    };
  }

  allow(more: number): void {
    this.#left += more;
  }

  /** Perhaps does something to one of the actors. */
  act(where: string, self: AnyActorRef | null): void {
    if (this.#left <= 0 || this.#depth > 3 || this.next() > 0.35) return;
    this.#left--;
    this.#depth++;
    try {
      const all = this.#actors();
      const actor = all.length > 0 ? this.pick(all) : self;
      if (actor !== null) this.#meddle(where, actor);
    } finally {
      this.#depth--;
    }
  }

  #meddle(where: string, actor: AnyActorRef): void {
    switch (
      this.pick(['send', 'send', 'read', 'follow', 'leave', 'listen', 'keep', 'end', 'ask'])
    ) {
      case 'send': {
        const type = this.pick(eventTypes);
        this.say(where, 'sends', type, 'to', actor.id);
        actor.send(this.event(type)());
        break;
      }
      case 'read':
        this.say(where, 'reads', actor.id, shown(actor.getSnapshot()));
        break;
      case 'follow':
        this.follow(actor, `${where} ${this.#subscriptions.length}`);
        break;
      case 'leave':
        if (this.#subscriptions.length > 0) this.pick(this.#subscriptions).unsubscribe();
        break;
      case 'listen':
        this.#subscriptions.push(
          actor.on(this.pick(['*', 'told']) as never, (event: AnyEventObject) => {
            this.say(where, 'hears', event.type);
            this.act('listener', null);
          }),
        );
        break;
      case 'keep':
        this.#keep(where, actor);
        break;
      case 'end':
        this.#end(where);
        break;
      default: {
        const type = this.pick(eventTypes);
        this.say(where, 'asks', (actor.getSnapshot() as Reading).can?.({ type }));
      }
    }
  }

  follow(actor: AnyActorRef, name: string): void {
    const subscription = actor.subscribe({
      next: (snapshot: unknown) => {
        this.say(name, 'sees', shown(snapshot));
        this.act(name, null);
      },
      error: (error: unknown) => this.say(name, 'fails', error),
      complete: () => this.say(name, 'is over'),
    });
    this.#subscriptions.push(subscription);
  }

  /** Who asks for what is not there yet is told so, in each engine's words. */
  #keep(where: string, actor: AnyActorRef): void {
    try {
      const options = { __unsafeAllowInlineActors: true };
      const { value, children } = (actor as unknown as Keeping).getPersistedSnapshot(options);
      this.say(where, 'keeps', JSON.stringify([value, Object.keys(children ?? {})]));
    } catch (error) {
      this.say(where, 'keeps nothing', error instanceof TypeError);
    }
  }

  #end(where: string): void {
    const chance = this.next();
    if (chance < 0.15 && this.hasStarted) {
      this.say(where, 'stops all');
      this.root?.stop();
    } else if (chance > 0.9) throw new Error(`${where} throws`);
  }

  #actors(): AnyActorRef[] {
    const found: AnyActorRef[] = this.root === null ? [] : [this.root];
    for (const actor of found) {
      const { children } = actor.getSnapshot() as Reading;
      for (const child of Object.values(children ?? {})) {
        if (child !== undefined && !found.includes(child)) found.push(child);
      }
    }
    return found;
  }
}
