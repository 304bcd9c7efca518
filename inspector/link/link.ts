/**
 * The connection to the inspector's server: questions and answers, pushes, and coming back after a loss.
 *
 * Owns: the socket, the questions that wait for their answers, when the next attempt is made.
 * L1 every question is answered once: by the server, or with `CONNECTION_LOST` where the connection
 * went first. L2 it tries again until it is closed, waiting longer each time, up to `longestWaitMs`; also where the
 * server said goodbye: who starts the run again finds the page where it was left.
 * L3 nothing is pushed on before the server has said hello in a protocol that the page knows.
 */
import type {
  Answers,
  Ask,
  HelloPush,
  ProtocolError,
  Push,
  Question,
  ServerMessage,
  protocolVersion,
} from '../../src/runtime/inspector/protocol.ts';

/** Held by type to what the server speaks. */
const protocol: typeof protocolVersion = 1;

const firstWaitMs = 200;
const longestWaitMs = 3000;

export type LinkStatus =
  | { readonly is: 'connecting' }
  | { readonly is: 'open' }
  /** `since`: by the page's clock. `why`: as the server said before it went; null: it said nothing. */
  | { readonly is: 'lost'; readonly since: number; readonly why: string | null }
  /** No attempt will be made any more. */
  | { readonly is: 'ended'; readonly why: string };

/** As much of a WebSocket as is used. */
export interface Socket {
  send(data: string): void;
  close(): void;
}

export interface SocketEvents {
  readonly message: (text: string) => void;
  /** Once, also where it never opened. */
  readonly closed: () => void;
}

export interface LinkOptions {
  readonly open: (events: SocketEvents) => Socket;
  readonly later: (ms: number, call: () => void) => () => void;
  readonly now: () => number;
  readonly onStatus: (status: LinkStatus) => void;
  readonly onPush: (push: Push) => void;
}

/** What a question is refused with. */
export class Refusal extends Error {
  readonly code: string;
  readonly hint: string | null;

  constructor({ code, message, hint }: ProtocolError) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

export interface Link {
  /** Throws `Refusal`; with `CONNECTION_LOST` where there is no connection. */
  ask<A extends Ask>(ask: A, question: Question<A>): Promise<Answers[A]>;
  close(): void;
}

interface Waiting {
  readonly answered: (answer: never) => void;
  readonly refused: (refusal: Refusal) => void;
}

const lost: ProtocolError = {
  code: 'CONNECTION_LOST',
  message: 'The connection to the run is gone.',
  hint: 'It is tried again until it is back.',
};

class OpenLink implements Link {
  readonly #options: LinkOptions;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | null = null;
  #next = 1;
  #isGreeted = false;
  #isEnded = false;
  #failures = 0;
  #lostAtMs = 0;
  #cancelAttempt: (() => void) | null = null;
  #goodbye: string | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#connect();
  }

  ask<A extends Ask>(ask: A, question: Question<A>): Promise<Answers[A]> {
    const socket = this.#socket;
    if (socket === null || !this.#isGreeted) return Promise.reject(new Refusal(lost));
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { answered: resolve, refused: reject });
      socket.send(JSON.stringify({ ...question, id, ask }));
    });
  }

  close(): void {
    this.#end('closed');
  }

  #connect(): void {
    if (this.#failures === 0) this.#options.onStatus({ is: 'connecting' });
    this.#socket = this.#options.open({
      message: (text) => this.#take(JSON.parse(text) as ServerMessage),
      closed: () => this.#closed(),
    });
  }

  #take(message: ServerMessage): void {
    if (!('push' in message)) {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.ok) waiting?.answered(message.answer as never);
      else waiting?.refused(new Refusal(message.error));
      return;
    }
    if (message.push === 'hello' && !this.#greet(message)) return;
    if (!this.#isGreeted) return;
    this.#options.onPush(message);
    if (message.push !== 'bye') return;
    this.#goodbye = message.reason;
    this.#socket?.close();
  }

  #greet(hello: HelloPush): boolean {
    if (hello.protocol !== protocol) {
      this.#end('The page is of another version than the run: load it again.');
      return false;
    }
    this.#isGreeted = true;
    this.#failures = 0;
    this.#goodbye = null;
    this.#options.onStatus({ is: 'open' });
    return true;
  }

  #closed(): void {
    this.#forget();
    if (this.#isEnded) return;
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#failures);
    this.#failures += 1;
    if (this.#failures === 1) this.#lostAtMs = this.#options.now();
    this.#options.onStatus({ is: 'lost', since: this.#lostAtMs, why: this.#goodbye });
    this.#cancelAttempt = this.#options.later(wait, () => this.#connect());
  }

  #forget(): void {
    this.#socket = null;
    this.#isGreeted = false;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { refused } of waiting) refused(new Refusal(lost));
  }

  #end(why: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelAttempt?.();
    const socket = this.#socket;
    this.#forget();
    socket?.close();
    this.#options.onStatus({ is: 'ended', why });
  }
}

export function openLink(options: LinkOptions): Link {
  return new OpenLink(options);
}
