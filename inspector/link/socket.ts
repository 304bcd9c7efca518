/** The socket to the server that the page came from. */
import type { subprotocol } from '../../src/runtime/inspector/protocol.ts';
import type { Socket, SocketEvents } from './link.ts';

/** Held by type to what the server speaks. */
const spoken: typeof subprotocol = 'netrun-inspector';

/** Where the page came from says where its run is, and the token in its address that it may ask. */
export function openSocket(events: SocketEvents): Socket {
  const address = new URL('./socket', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = '';
  address.hash = '';
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const socket = new WebSocket(address, [spoken, `token.${token}`]);
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') events.message(data);
  });
  socket.addEventListener('close', () => events.closed());
  return socket;
}
