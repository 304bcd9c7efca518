/**
 * The socket to the server that the page came from.
 *
 * S1 the token is never said: who answers at the address may by now be another than who was there. The server says
 * a word that it has never said before, and the page proves by it that it has the token, for this address alone.
 */
import type { noncePath, subprotocol } from '../../src/runtime/inspector/protocol.ts';
import type { Socket, SocketEvents } from './link.ts';
import { proofOf } from './proof.ts';

/** Held by type to what the server speaks. */
const spoken: typeof subprotocol = 'netrun-inspector';
const nonceAddress: `.${typeof noncePath}` = './nonce';

/** The server's word; throws where there is no server, or one that has none. */
async function nonce(): Promise<string> {
  const response = await fetch(new URL(nonceAddress, location.href), { cache: 'no-store' });
  const { nonce: word } = (await response.json()) as { readonly nonce?: unknown };
  if (typeof word !== 'string') throw new Error('this is not the server of an inspector');
  return word;
}

function connected(word: string, { message, closed }: SocketEvents): WebSocket {
  const address = new URL('./socket', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = '';
  address.hash = '';
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const socket = new WebSocket(address, [
    spoken,
    `proof.${proofOf(token, `${word} ${location.host}`)}`,
  ]);
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') message(data);
  });
  socket.addEventListener('close', closed);
  return socket;
}

/** Where the page came from says where its run is, and the token in its address that it may ask. */
export function openSocket(events: SocketEvents): Socket {
  let socket: WebSocket | null = null;
  let isClosed = false;
  const run = async (): Promise<void> => {
    const word = await nonce();
    if (!isClosed) socket = connected(word, events);
  };
  run().catch(() => events.closed());
  return {
    send: (data) => socket?.send(data),
    close: () => {
      isClosed = true;
      socket?.close();
    },
  };
}
