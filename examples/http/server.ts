/** A server that fails now and then, always in the same way, and counts how often it was asked. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Of four items in turn: answered at once, refused at first, left without an answer at first, refused twice. */
const manners = [[], ['refuse'], ['hang'], ['refuse', 'refuse']] as const;

export class FailingServer {
  /** By path: how often it was asked for. */
  readonly asked = new Map<string, number>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '/';
      const before = this.asked.get(path) ?? 0;
      this.asked.set(path, before + 1);
      const item = Number(path.slice('/items/'.length));
      const manner = manners[item % manners.length]?.[before];
      if (manner === 'hang') return;
      response.statusCode = manner === 'refuse' ? 503 : 200;
      response.end(manner === 'refuse' ? 'come back later' : `item ${item}`);
    });
  }

  /** Resolves with the address: a free port of this machine. */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.#server.closeAllConnections();
    await closed;
  }
}
