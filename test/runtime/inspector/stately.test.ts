/** Stately's own inspector, connected to a run: its receiver gets actors, machines, events and snapshots. */
import {
  createInspector,
  createWebSocketInspector,
  createWebSocketReceiver,
} from '@statelyai/inspect';
import { afterAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { sampleNet } from './sample-net.ts';
import { anyText } from './wanted.ts';

/** As its adapters send them. */
interface Sent {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
  readonly name?: string;
  readonly sessionId: string;
  readonly parentId?: string;
  readonly sourceId?: string;
  readonly rootId?: string;
  readonly definition?: string;
  readonly event?: { readonly type: string };
  readonly snapshot?: { readonly value?: unknown; readonly status?: string };
}

/** Hands on what each client sends to all the others, as Stately's own server does. */
function relay(): Promise<{ readonly url: string; readonly clients: ReadonlySet<WebSocket> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (client) => {
    client.on('message', (data: Buffer) => {
      for (const other of server.clients) if (other !== client) other.send(data.toString('utf8'));
    });
  });
  afterAll(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return new Promise((resolve) => {
    server.on('listening', () => {
      const { port } = server.address() as { readonly port: number };
      resolve({ url: `ws://127.0.0.1:${port}`, clients: server.clients });
    });
  });
}

/** An epoch has told its node that it is over, and shown its last state. */
function isWhole(sent: readonly Sent[]): boolean {
  const isShown = sent.some(
    ({ type, snapshot }) => type === '@xstate.snapshot' && snapshot?.value === 'finished',
  );
  return isShown && sent.some(({ event }) => event?.type === 'xstate.done.actor.epoch');
}

function expectWhole(sent: readonly Sent[]): void {
  const actors = sent.filter(({ type }) => type === '@xstate.actor');
  const byId = new Map(actors.map((actor) => [actor.sessionId, actor]));
  const names = new Set(actors.map(({ name }) => name));
  for (const name of ['net', 'node:Split', 'node:Measure/in:word', 'node:Split/out:word', 'epoch'])
    expect(names).toContain(name);
  for (const { definition, parentId, name } of actors) {
    const machine = JSON.parse(definition ?? 'null') as { states?: object; type?: string };
    expect(Object.keys(machine.states ?? {}).length).toBeGreaterThan(0);
    // Every actor but the net has its parent among them.
    expect(parentId === undefined ? name : byId.has(parentId)).toBe(
      parentId === undefined ? 'net' : true,
    );
  }
  const epoch = actors.find(({ name }) => name === 'epoch');
  expect(byId.get(epoch?.parentId ?? '')?.name).toMatch(/^node:/);
  const events = sent.filter(({ type }) => type === '@xstate.event');
  expect(events.map(({ event }) => event?.type)).toContain('epoch.start');
  for (const { sessionId } of events) expect(byId.has(sessionId)).toBe(true);
  const told = events.find(({ event }) => event?.type === 'xstate.done.actor.epoch');
  expect(byId.get(told?.sourceId ?? '')?.name).toBe('epoch');
  const snapshots = sent.filter(({ type }) => type === '@xstate.snapshot');
  expect(snapshots.map(({ snapshot }) => snapshot?.value)).toContainEqual('finished');
  const net = actors.find(({ name }) => name === 'net')?.sessionId;
  expect(snapshots.find(({ sessionId }) => sessionId === net)?.snapshot).toMatchObject({
    status: 'active',
    value: { lifecycle: anyText },
  });
  for (const { rootId } of sent) expect(rootId).toBe(net);
}

describe("Stately's inspector", () => {
  it('is told of a run by an adapter', async () => {
    const sent: Sent[] = [];
    let whole: () => void = () => undefined;
    const allSent = new Promise<void>((resolve) => {
      whole = resolve;
    });
    const inspector = createInspector({
      send: (event) => {
        sent.push(event as Sent);
        if (isWhole(sent)) whole();
      },
    });
    const net = sampleNet();
    net.inspect(inspector.inspect);
    await net.inject('Split.line', 'a word');
    await net.start();
    await allSent;
    await net.stop();
    expectWhole(sent);
  });

  it('has its receiver told over a WebSocket', async () => {
    const { url, clients } = await relay();
    const sent: Sent[] = [];
    let whole: () => void = () => undefined;
    const allSent = new Promise<void>((resolve) => {
      whole = resolve;
    });
    createWebSocketReceiver({ server: url }).subscribe((event) => {
      sent.push(event as Sent);
      if (isWhole(sent)) whole();
    });
    while (clients.size === 0) await new Promise(setImmediate);
    const inspector = createWebSocketInspector({ url, maxDeferredEvents: 100_000 });
    while (clients.size < 2) await new Promise(setImmediate);
    const net = sampleNet();
    net.inspect(inspector.inspect);
    await net.inject('Split.line', 'a word');
    await net.start();
    await allSent;
    await net.stop();
    inspector.stop();
    expectWhole(sent);
  });
});
