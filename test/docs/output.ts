/** What a script prints while it runs in this process. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';

/** Runs `script` and returns what it wrote to stdout, by console or directly. */
export async function outputOf(script: () => Promise<unknown>): Promise<string> {
  let written = '';
  const collect = (chunk: Uint8Array | string): void => {
    written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
  };
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      collect(chunk);
      done();
    },
  });
  const usual = { console: globalThis.console, write: process.stdout.write.bind(process.stdout) };
  globalThis.console = new Console({ stdout: sink, stderr: process.stderr });
  process.stdout.write = (chunk: Uint8Array | string): boolean => {
    collect(chunk);
    return true;
  };
  try {
    await script();
  } finally {
    globalThis.console = usual.console;
    process.stdout.write = usual.write;
  }
  return written;
}
