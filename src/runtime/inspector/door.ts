/**
 * Who may come in: what the inspector's server asks of every request before it looks at what it is for.
 *
 * D1 the host it was sent to is this server's: a name that was made to lead here is not one. D2 a page that
 * asks is this server's own. D3 the token is compared without telling how much of it was right. D4 whoever is not
 * sure that this server is the one it knows proves that it has the token, and does not say it: by a word that no
 * server says twice, and the host that it takes this one for.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { subprotocol } from './protocol.ts';

/** A request that is turned away, with the status to say so. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 421;
  readonly why: string;
}

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

function isSame(given: string, right: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

export class Door {
  readonly token: string;
  readonly nonce = randomBytes(24).toString('base64url');
  readonly #host: string;
  #port = 0;

  /** `host` is what the server listens at; without a token it makes one. */
  constructor(host: string, token = randomBytes(24).toString('base64url')) {
    this.#host = host;
    this.token = token;
  }

  /** Called once the port is known. */
  opened(port: number): void {
    this.#port = port;
  }

  /** Why a request may not come in, whatever it is for; null: it may. */
  refusal({ headers }: IncomingMessage): Refusal | null {
    const { host = '', origin } = headers;
    if (!this.#isOwn(host)) return { status: 421, why: `this server is not called ${host}` };
    if (origin !== undefined && origin !== `http://${host}`)
      return { status: 403, why: `a page of ${origin} may not ask` };
    return null;
  }

  isToken(given: string): boolean {
    return isSame(given, this.token);
  }

  /** Whether a connection offers the token, or the proof of having it, beside the protocol. */
  offersToken({ headers }: IncomingMessage): boolean {
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
    const proof = createHmac('sha256', this.token)
      .update(`${this.nonce} ${headers.host ?? ''}`)
      .digest('hex');
    return (
      offered.includes(subprotocol) &&
      offered.some((each) => isSame(each, `token.${this.token}`) || isSame(each, `proof.${proof}`))
    );
  }

  #isOwn(host: string): boolean {
    const end = host.lastIndexOf(':');
    const name = host.slice(0, end).replace(/^\[(.*)\]$/, '$1');
    if (host.slice(end + 1) !== String(this.#port)) return false;
    if (name === 'localhost' || name === '127.0.0.1' || name === '::1' || name === this.#host)
      return true;
    // A name can be made to lead anywhere; an address cannot.
    return everywhere.has(this.#host) && isIP(name) !== 0;
  }
}
