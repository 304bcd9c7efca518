/**
 * One page that is connected: its questions and the answers, and what it is pushed.
 *
 * C1 every question with an id is answered once. C2 while more waits to be read than the page may leave unread, it
 * is pushed nothing and its questions are not read: a page that never reads costs the run nothing. C3 a page that gives
 * no sign of life between two calls of `feel`, and reads nothing, is let go.
 */
import type { WebSocket } from 'ws';
import { limits } from '../../limits.ts';
import { NetrunError } from '../../errors.ts';
import { asError } from '../errors.ts';
import { packageVersion } from '../package-version.ts';
import type { BreakPoint } from './history-view.ts';
import type { Inspection } from './inspection.ts';
import { ToldRows, type WrittenOverview } from './overview.ts';
import {
  type Asked,
  type ProtocolError,
  type ServerMessage,
  protocolVersion,
  readQuestion,
} from './protocol.ts';

/** WebSocket's own numbers of why a connection is closed. */
const closing = { goingAway: 1001, unsupported: 1003, violation: 1008 } as const;

/** Milliseconds between two looks at whether the page reads again. */
const lookEveryMs = 50;

/** What a tick tells of the run. */
export interface News {
  readonly written: WrittenOverview;
  readonly position: ReturnType<Inspection['position']>;
  readonly logLines: number;
  readonly letters: number;
  readonly errors: number;
}

export class Connection {
  readonly #socket: WebSocket;
  readonly #inspection: Inspection;
  #asked = 0;
  #answering = 0;
  readonly #waiters: (() => void)[] = [];
  #told: ToldRows | null = null;
  /** Milliseconds between two ticks, and when the last one was. */
  #everyMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #state = '';
  #waiting: NodeJS.Timeout | null = null;
  /** Nothing has come from it since it was last felt for; and what it had left unread then. */
  #isSilent = false;
  #unread = 0;
  /** Called when the page begins to follow. */
  onFollow: () => void = () => undefined;

  constructor(socket: WebSocket, inspection: Inspection) {
    this.#socket = socket;
    this.#inspection = inspection;
    const isThere = (): void => {
      this.#isSilent = false;
    };
    socket.on('pong', isThere);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      isThere();
      if (isBinary) socket.close(closing.unsupported, 'questions are text');
      else void this.#read(data.toString('utf8'));
    });
    // What is wrong with the connection ends it; there is nobody to tell.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      if (this.#waiting !== null) clearInterval(this.#waiting);
    });
    this.#greet();
  }

  get follows(): boolean {
    return this.#told !== null;
  }

  /** Whether the page is to be told now of a run that stands as `state` says. */
  isDue(state: string, nowMs: number): boolean {
    const isTime = nowMs - this.#lastMs >= this.#everyMs;
    return this.follows && state !== this.#state && isTime && !this.#isBehind;
  }

  /** `state` is how the run stood when this was gathered. */
  tick({ written, ...news }: News, state: string, nowMs: number): void {
    if (this.#told === null) return;
    this.#lastMs = nowMs;
    this.#state = state;
    this.#send({ push: 'tick', change: this.#told.change(written), ...news });
  }

  broke(point: BreakPoint, seq: number): void {
    if (!this.#isBehind) this.#send({ push: 'break', break: point, seq });
  }

  /** Whichever page has changed them. */
  breaks(breaks: readonly BreakPoint[]): void {
    if (!this.#isBehind) this.#send({ push: 'breaks', breaks });
  }

  close(reason: string): void {
    if (!this.#isBehind) this.#send({ push: 'bye', reason });
    this.#socket.close(closing.goingAway, reason);
  }

  /** Called now and then. */
  feel(): void {
    const unread = this.#socket.bufferedAmount;
    if (this.#isSilent && unread >= this.#unread) {
      this.drop();
      return;
    }
    this.#isSilent = true;
    this.#unread = unread;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Ends the connection at once. */
  drop(): void {
    this.#socket.terminate();
  }

  get #isBehind(): boolean {
    return this.#socket.bufferedAmount > limits.inspectorBacklogBytes;
  }

  #greet(): void {
    const { run } = this.#inspection;
    this.#send({
      push: 'hello',
      protocol: protocolVersion,
      netrun: packageVersion(),
      run: run.history.header.run,
      title: run.title,
      source: run.source,
      hasControls: run.controls !== null,
      hasValues: run.hasValues,
      hasLogs: run.logs !== null,
      notice: run.notice,
      position: this.#inspection.position(),
    });
  }

  async #read(frame: string): Promise<void> {
    const question = readQuestion(frame);
    if (!question.ok) {
      if (question.id === null) this.#socket.close(closing.violation, question.error.message);
      else this.#send({ id: question.id, ok: false, error: question.error });
      return;
    }
    const { id, ask, asked } = question;
    if (this.#asked >= limits.inspectorQuestions) {
      this.#socket.close(closing.violation, 'too many questions at once');
      return;
    }
    this.#asked += 1;
    await this.#turn();
    try {
      const answer =
        ask === 'follow'
          ? this.#follow(asked as Asked<'follow'>)
          : await this.#inspection.answer(ask, asked);
      this.#send({ id, ok: true, answer } as ServerMessage);
    } catch (error) {
      this.#send({ id, ok: false, error: protocolError(error) });
    } finally {
      this.#asked -= 1;
      this.#answering -= 1;
      this.#waiters.shift()?.();
    }
  }

  /** Resolves when the page has room for an answer, and not too many are worked out for it. */
  async #turn(): Promise<void> {
    while (this.#answering >= limits.inspectorAnswers || this.#isBehind)
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    this.#answering += 1;
  }

  #follow({ perSecond }: Asked<'follow'>): ReturnType<Inspection['position']> {
    this.#told = perSecond === 0 ? null : new ToldRows();
    this.#everyMs = perSecond === 0 ? 0 : 1000 / perSecond;
    this.#lastMs = Number.NEGATIVE_INFINITY;
    this.#state = '';
    const position = this.#inspection.position();
    this.onFollow();
    return position;
  }

  #send(message: ServerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    if (this.#isBehind) this.#holdReading();
  }

  /** Reads no more questions until the page has read. */
  #holdReading(): void {
    if (this.#waiting !== null) return;
    this.#socket.pause();
    this.#waiting = setInterval(() => {
      if (this.#isBehind || this.#waiting === null) return;
      clearInterval(this.#waiting);
      this.#waiting = null;
      this.#socket.resume();
      for (const go of this.#waiters.splice(0)) go();
    }, lookEveryMs);
    this.#waiting.unref();
  }
}

function protocolError(thrown: unknown): ProtocolError {
  const error = asError(thrown);
  if (error instanceof NetrunError)
    return { code: error.code, message: error.message, hint: error.hint ?? null };
  return {
    code: 'INSPECTOR_FAILED',
    message: `${error.name}: ${error.message}`,
    hint: 'A bug in the inspector: please report it with what was asked.',
  };
}
