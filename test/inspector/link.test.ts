/** The page's connection answers every question once, and comes back after a loss. */
import { describe, expect, it } from 'vitest';
import {
  type LinkStatus,
  Refusal,
  type SocketEvents,
  openLink,
} from '../../inspector/link/link.ts';
import type { Push } from '../../src/runtime/inspector/protocol.ts';

interface Opened {
  readonly events: SocketEvents;
  readonly sent: { id: number; ask: string }[];
  isClosed: boolean;
}

const hello = { push: 'hello', protocol: 1, run: 'r', source: 'live' };

function setUp() {
  const sockets: Opened[] = [];
  const waits: { ms: number; call: () => void }[] = [];
  const statuses: LinkStatus['is'][] = [];
  const whys: (string | null)[] = [];
  const pushes: Push['push'][] = [];
  const link = openLink({
    open: (events) => {
      const socket: Opened = { events, sent: [], isClosed: false };
      sockets.push(socket);
      return {
        send: (data) => socket.sent.push(JSON.parse(data) as Opened['sent'][number]),
        close: () => {
          socket.isClosed = true;
        },
      };
    },
    later: (ms, call) => {
      waits.push({ ms, call });
      return () => waits.splice(0);
    },
    now: () => 7,
    onStatus: (status) => {
      statuses.push(status.is);
      if (status.is === 'lost') whys.push(status.why);
    },
    onPush: ({ push }) => pushes.push(push),
  });
  const say = (message: object): void => sockets.at(-1)!.events.message(JSON.stringify(message));
  return { link, sockets, waits, statuses, whys, pushes, say };
}

describe('the connection of the page', () => {
  it('gives each answer to its own question, in whatever order they come', async () => {
    const { link, sockets, say } = setUp();
    say(hello);
    const first = link.ask('position', {});
    const second = link.ask('breaks', {});
    const [a, b] = sockets[0]!.sent;
    say({ id: b!.id, ok: true, answer: ['b'] });
    say({ id: a!.id, ok: true, answer: { last: 3 } });
    expect(await first).toEqual({ last: 3 });
    expect(await second).toEqual(['b']);
  });

  it('refuses with what the server says is wrong', async () => {
    const { link, say, sockets } = setUp();
    say(hello);
    const asked = link.ask('epoch', { epoch: 'e1' });
    const error = { code: 'EPOCH_NOT_FOUND', message: 'no e1', hint: 'another' };
    say({ id: sockets[0]!.sent[0]!.id, ok: false, error });
    await expect(asked).rejects.toMatchObject(error);
  });

  it('refuses every question that waits when the connection is lost, and those asked without one', async () => {
    const { link, sockets, say } = setUp();
    await expect(link.ask('position', {})).rejects.toBeInstanceOf(Refusal);
    say(hello);
    const asked = link.ask('position', {});
    sockets[0]!.events.closed();
    await expect(asked).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await expect(link.ask('position', {})).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('tries again, later each time and never later than three seconds, until it is greeted', () => {
    const { sockets, waits, statuses, say } = setUp();
    const waited: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      sockets.at(-1)!.events.closed();
      const { ms, call } = waits.pop()!;
      waited.push(ms);
      call();
    }
    expect(waited).toEqual([200, 400, 800, 1600, 3000, 3000, 3000]);
    say(hello);
    expect(statuses.at(-1)).toBe('open');
    sockets.at(-1)!.events.closed();
    expect(waits[0]!.ms).toBe(200);
  });

  it('tries again also where the server said goodbye, and says why until the next one greets it', () => {
    const { sockets, waits, statuses, whys, pushes, say } = setUp();
    say(hello);
    say({ push: 'bye', reason: 'closed' });
    expect(sockets[0]!.isClosed).toBe(true);
    for (const wait of [200, 400]) {
      sockets.at(-1)!.events.closed();
      const { ms, call } = waits.pop()!;
      expect(ms).toBe(wait);
      call();
    }
    say({ ...hello, run: 'another' });
    sockets.at(-1)!.events.closed();
    expect(statuses).toEqual(['connecting', 'open', 'lost', 'lost', 'open', 'lost']);
    expect(whys).toEqual(['closed', 'closed', null]);
    expect(pushes).toEqual(['hello', 'bye', 'hello']);
  });

  it('tries no more once it is closed', () => {
    const { link, sockets, waits, statuses, say } = setUp();
    say(hello);
    link.close();
    expect(sockets[0]!.isClosed).toBe(true);
    sockets[0]!.events.closed();
    expect(waits).toEqual([]);
    expect(statuses.at(-1)).toBe('ended');
  });

  it('ends with a server that speaks another protocol, and pushes nothing of it on', () => {
    const { statuses, pushes, say } = setUp();
    say({ ...hello, protocol: 2 });
    say({ push: 'tick' });
    expect(statuses.at(-1)).toBe('ended');
    expect(pushes).toEqual([]);
  });
});
