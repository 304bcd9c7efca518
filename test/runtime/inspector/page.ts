/** A page of the inspector as a test drives it: asks, and waits for what it is pushed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll } from 'vitest';
import type { Net } from '../../../src/index.ts';
import {
  type Inspector,
  liveRun,
  openInspector,
} from '../../../src/runtime/inspector/inspector.ts';
import type {
  AnswerMessage,
  Answers,
  Ask,
  ProtocolError,
  Push,
  Question,
  ServerMessage,
} from '../../../src/runtime/inspector/protocol.ts';
import type { WatchedRun } from '../../../src/runtime/inspector/watched-run.ts';
import type { RunParts } from '../../../src/runtime/run-parts.ts';

/** A folder that stands for the built page. */
function builtPage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>netrun</title>');
  writeFileSync(join(folder, 'assets', 'page.js'), 'export {};');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const page = builtPage();
const open = new Set<{ close(): unknown }>();

afterAll(async () => {
  for (const one of open) await one.close();
});

/** The folder that stands for the built page. */
export function pageFiles(): string {
  return page;
}

/** What a net keeps to itself. */
export function partsOf(net: Net): RunParts {
  return (net as unknown as { made(): RunParts }).made();
}

export async function inspectorOf(run: WatchedRun): Promise<Inspector> {
  const inspector = await openInspector(run, {}, page);
  open.add(inspector);
  return inspector;
}

export function inspected(net: Net): Promise<Inspector> {
  return inspectorOf(liveRun(net, partsOf(net)));
}

type PushOf<P extends Push['push']> = Extract<Push, { push: P }>;

export class Page {
  readonly socket: WebSocket;
  readonly pushes: Push[] = [];
  readonly #answers = new Map<number, (message: AnswerMessage) => void>();
  readonly #wishes = new Set<() => void>();
  #asked = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as ServerMessage;
      if ('push' in message) {
        this.pushes.push(message);
        for (const look of this.#wishes) look();
      } else this.#answers.get(message.id)?.(message);
    });
  }

  static async connect({ url }: Inspector): Promise<Page> {
    const { host, searchParams } = new URL(url);
    const token = `token.${searchParams.get('token') ?? ''}`;
    const opened = new Page(new WebSocket(`ws://${host}/socket`, ['netrun-inspector', token]));
    open.add({ close: () => opened.socket.terminate() });
    await opened.push('hello');
    return opened;
  }

  /** The first push of a kind, come already or to come, that `accepts` holds for. */
  async push<P extends Push['push']>(
    kind: P,
    accepts: (push: PushOf<P>) => boolean = () => true,
  ): Promise<PushOf<P>> {
    const found = (): PushOf<P> | undefined =>
      this.pushes.find(
        (push): push is PushOf<P> => push.push === kind && accepts(push as PushOf<P>),
      );
    for (let push = found(); ; push = found()) {
      if (push !== undefined) return push;
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#wishes.delete(look);
          resolve();
        };
        this.#wishes.add(look);
      });
    }
  }

  answer(ask: string, fields: object = {}): Promise<AnswerMessage> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.socket.send(JSON.stringify({ id, ask, ...fields }));
    });
  }

  async ask<A extends Ask>(ask: A, fields: Question<A>): Promise<Answers[A]> {
    const message = await this.answer(ask, fields);
    if (message.ok) return message.answer as Answers[A];
    throw new Error(`${ask}: ${message.error.code}: ${message.error.message}`);
  }

  async refusal<A extends Ask>(ask: A, fields: Question<A>): Promise<ProtocolError> {
    const message = await this.answer(ask, fields);
    if (!message.ok) return message.error;
    throw new Error(`${ask} was answered`);
  }

  /** Resolves with the code that the connection was closed with. */
  closed(): Promise<number> {
    return new Promise((resolve) => {
      this.socket.once('close', (code) => resolve(code));
    });
  }
}
