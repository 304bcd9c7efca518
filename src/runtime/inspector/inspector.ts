/** The inspector of a run, as who opens it holds it. */
import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import { NetrunError } from '../../errors.ts';
import { Inspection } from './inspection.ts';
import { InspectorServer } from './inspector-server.ts';
import { pageFolder } from './page-files.ts';
import type { WatchedRun } from './watched-run.ts';

export { liveRun } from './live-run.ts';
export { recordedRun } from './recorded-run.ts';

export interface InspectorOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /**
   * What to listen at. Default: `127.0.0.1`, which only this machine reaches. With another one, whoever has
   * the address with its token can see the run, and act on it, over a connection that is not encrypted.
   */
  readonly host?: string;
  /**
   * What stands in the address and lets a page in. Default: made anew each time. With one of your own, and a port, the
   * address stays the same, and a page that is open finds the next inspector by itself. At least 32 letters, digits,
   * `-` and `_` that nobody can guess, and for nothing else.
   */
  readonly token?: string;
  /** Show the page in the browser. Default: false. */
  readonly open?: boolean;
}

export interface Inspector {
  /** Address of the page, with its token. */
  readonly url: string;
  /** Closes the page's connections and the port; the run goes on. */
  close(): Promise<void>;
}

const openers: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Asks the desktop for its browser; where there is none, the address is all there is. */
function showPage(url: string): void {
  const [program, ...args] = openers[platform()] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

/** Throws `OPTION_INVALID`, `INSPECTOR_PORT_TAKEN`, `INSPECTOR_NOT_OPENED`, `INSPECTOR_PAGE_MISSING`. */
export async function openInspector(
  run: WatchedRun,
  { port = 0, host = '127.0.0.1', open = false, token }: InspectorOptions,
  folder: string = pageFolder(),
): Promise<Inspector> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new NetrunError('OPTION_INVALID', `${port} is no port`, {
      hint: 'A port is a whole number from 1 to 65535; 0 is any that is free.',
    });
  if (token !== undefined && !/^[\w-]{32,200}$/.test(token))
    throw new NetrunError(
      'OPTION_INVALID',
      'the token of an inspector can be guessed, or written wrong',
      {
        hint: "32 to 200 letters, digits, - and _, such as randomBytes(24).toString('base64url').",
      },
    );
  const server = await InspectorServer.open(new Inspection(run), {
    host,
    port,
    folder,
    ...(token === undefined ? {} : { token }),
  });
  if (open) showPage(server.url);
  return { url: server.url, close: () => server.close() };
}
