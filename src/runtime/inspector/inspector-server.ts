/**
 * The inspector's server: the page's files and the word for a proof over HTTP, everything else over a WebSocket.
 *
 * S1 nothing is answered before the door has let it in. S2 it has the files of the page, and its run: nothing else
 * can be asked for. S3 while nobody follows the run, nothing is looked at and nothing is copied. S4 what a tick
 * tells is gathered once for all pages.
 */
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { Connection } from './connection.ts';
import { Door, type Refusal } from './door.ts';
import type { Inspection } from './inspection.ts';
import { written } from './overview.ts';
import { type PageFile, pageFiles } from './page-files.ts';
import { noncePath, subprotocol } from './protocol.ts';

/** Milliseconds between two looks at whether anything happened: 20 ticks a second at most. */
const tickMs = 50;

/** Milliseconds that pages have to say goodbye when the server closes. */
const goodbyeMs = 200;

/** Milliseconds between two times that pages are felt for: who vanished without a word keeps no place. */
const feelMs = 30_000;

/** Where the page's connection is made. */
const socketPath = '/socket';

export interface ServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Of the built page. */
  readonly folder: string;
  /** Made anew where there is none. */
  readonly token?: string;
}

const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

function contentPolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export class InspectorServer {
  readonly #inspection: Inspection;
  readonly #door: Door;
  readonly #files: ReadonlyMap<string, PageFile>;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  #url = '';
  #beat: NodeJS.Timeout | null = null;
  #feeling: NodeJS.Timeout | null = null;
  readonly #unlisten: (() => void)[] = [];
  #closing: Promise<void> | null = null;

  private constructor(inspection: Inspection, { host, folder, token }: ServerOptions) {
    this.#inspection = inspection;
    this.#door = new Door(host, token);
    this.#files = pageFiles(folder);
    this.#http = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: limits.inspectorMessageBytes,
      perMessageDeflate: false,
      handleProtocols: () => subprotocol,
    });
    this.#http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    const { controls } = inspection.run;
    if (controls !== null)
      this.#unlisten.push(
        controls.onBreak((point, seq) => {
          for (const connection of this.#connections) connection.broke(point, seq);
        }),
        controls.onBreaks((breaks) => {
          for (const connection of this.#connections) connection.breaks(breaks);
        }),
      );
  }

  /** Throws `INSPECTOR_PORT_TAKEN`, `INSPECTOR_NOT_OPENED`. */
  static async open(inspection: Inspection, options: ServerOptions): Promise<InspectorServer> {
    const server = new InspectorServer(inspection, options);
    try {
      await server.#listen(options);
    } catch (error) {
      server.#release();
      throw error;
    }
    return server;
  }

  /** With the token: whoever has it may look, and do what the page can do. */
  get url(): string {
    return this.#url;
  }

  /** Ends all connections, and gives the port back. Calling it again gives the same promise. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #listen({ host, port }: ServerOptions): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', (cause: NodeJS.ErrnoException) =>
        reject(notOpened(cause, host, port)),
      );
      this.#http.listen(port, host, resolve);
    });
    const address = this.#http.address() as AddressInfo;
    this.#door.opened(address.port);
    const isEverywhere = address.address === '0.0.0.0' || address.address === '::';
    const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
    this.#url = `http://${name}:${address.port}/?token=${this.#door.token}`;
    this.#feeling = setInterval(() => {
      for (const connection of this.#connections) connection.feel();
    }, feelMs);
    this.#feeling.unref();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = this.#door.refusal(request) ?? this.#misuse(request);
    const path = pathOf(request);
    const file = this.#files.get(path);
    if (refusal !== null) refuse(response, refusal);
    else if (path === noncePath) this.#sayNonce(response);
    else if (file === undefined) refuse(response, { status: 404, why: 'there is no such file' });
    else if (path === '/' && !this.#door.isToken(tokenOf(request)))
      refuse(response, {
        status: 403,
        why: 'the address has no token, or that of another run: open the one that netrun has printed',
      });
    else await this.#send(request, response, file);
  }

  #sayNonce(response: ServerResponse): void {
    response.writeHead(200, {
      ...securityHeaders,
      'Content-Security-Policy': "default-src 'none'",
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
    response.end(JSON.stringify({ nonce: this.#door.nonce }));
  }

  #misuse({ method }: IncomingMessage): Refusal | null {
    if (method === 'GET' || method === 'HEAD') return null;
    return { status: 405, why: `files are read, and ${method} does something else` };
  }

  async #send(
    { method, headers: { host = '' } }: IncomingMessage,
    response: ServerResponse,
    { file, type, isNamedByContent }: PageFile,
  ): Promise<void> {
    const content = await readFile(file);
    response.writeHead(200, {
      ...securityHeaders,
      'Content-Security-Policy': contentPolicy(host),
      'Content-Type': type,
      'Content-Length': content.length,
      'Cache-Control': isNamedByContent ? 'private, max-age=31536000, immutable' : 'no-store',
    });
    response.end(method === 'HEAD' ? undefined : content);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refusal = this.#door.refusal(request) ?? this.#unwelcome(request);
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\n\r\n${refusal.why}\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (page) => this.#connect(page));
  }

  #unwelcome(request: IncomingMessage): Refusal | null {
    if (pathOf(request) !== socketPath) return { status: 404, why: 'there is no such place' };
    if (!this.#door.offersToken(request))
      return { status: 403, why: 'the connection does not offer the token' };
    if (this.#connections.size >= limits.inspectorPages)
      return { status: 403, why: `${limits.inspectorPages} pages are connected already` };
    return null;
  }

  #connect(page: WebSocket): void {
    const connection = new Connection(page, this.#inspection);
    this.#connections.add(connection);
    connection.onFollow = () => this.#watch();
    page.on('close', () => {
      this.#connections.delete(connection);
      this.#watch();
    });
  }

  /** Looks at the run as long as somebody follows it. */
  #watch(): void {
    const follows = [...this.#connections].some((connection) => connection.follows);
    if (!follows && this.#beat !== null) clearInterval(this.#beat);
    if (!follows) this.#beat = null;
    else if (this.#beat === null) {
      this.#beat = setInterval(() => this.#tick(), tickMs);
      this.#beat.unref();
      this.#tick();
    }
  }

  /** Tells pages what changed since they were told. */
  #tick(): void {
    const nowMs = performance.now();
    const state = this.#state();
    const due = [...this.#connections].filter((page) => page.isDue(state, nowMs));
    if (due.length === 0) return;
    const overview = written(this.#inspection.glance());
    const news = { ...this.#inspection.news(), position: this.#inspection.position() };
    for (const page of due) page.tick({ written: overview, ...news }, state, nowMs);
  }

  /** What a tick would tell, in short. */
  #state(): string {
    const { history, isSuspended, isOver, logs } = this.#inspection.run;
    this.#inspection.run.settle();
    const letters = this.#inspection.run.letters().length;
    return `${history.lastSeq} ${logs?.count ?? 0} ${letters} ${isSuspended} ${isOver} ${this.#inspection.read}`;
  }

  async #close(): Promise<void> {
    this.#release();
    for (const connection of this.#connections) connection.close('the inspector was closed');
    const dropping = setTimeout(() => {
      for (const connection of this.#connections) connection.drop();
      this.#http.closeAllConnections();
    }, goodbyeMs);
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeIdleConnections();
    });
    clearTimeout(dropping);
    this.#sockets.close();
    this.#inspection.close();
  }

  /** The run is not listened to any more, and nothing happens by itself. */
  #release(): void {
    for (const end of this.#unlisten.splice(0)) end();
    for (const timer of [this.#beat, this.#feeling]) if (timer !== null) clearInterval(timer);
  }
}

/** The path that is asked for, as it was written; what is no path is nothing that there is. */
function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function tokenOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : (new URLSearchParams(url.slice(at)).get('token') ?? '');
}

function refuse(response: ServerResponse, { status, why }: Refusal): void {
  response.writeHead(status, {
    ...securityHeaders,
    'Content-Security-Policy': "default-src 'none'",
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(`${why}\n`);
}

function notOpened(cause: NodeJS.ErrnoException, host: string, port: number): NetrunError {
  if (cause.code === 'EADDRINUSE')
    return new NetrunError('INSPECTOR_PORT_TAKEN', `port ${port} of ${host} is in use`, {
      cause,
      hint: 'Leave the port out: a free one is taken then.',
    });
  return new NetrunError(
    'INSPECTOR_NOT_OPENED',
    `nothing can listen at ${host}, port ${port}: ${cause.message}`,
    {
      cause,
      hint: 'Leave host and port out: the inspector listens at 127.0.0.1, at a free port.',
    },
  );
}
