/** How long a command stays for its inspector: until somebody interrupts it. */
import { refusal } from '../problem.ts';
import type { Terminal } from '../terminal.ts';

/** Resolves with the first interrupt, or when the process is told to end. */
export async function untilInterrupted(terminal: Terminal): Promise<void> {
  const release = terminal.hold();
  let unlisten: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    unlisten = terminal.listen(({ type }) => {
      if (type === 'interrupt' || type === 'terminate') resolve();
    });
  });
  unlisten();
  release();
}

/** The number of a port, as it was written. Throws CommandFailure. */
export function readPort(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw refusal(
    'ARGUMENT_INVALID',
    `${option} ${text} is no port`,
    'A port is a number from 1 to 65535; with --inspect it is written --inspect=8080.',
  );
}
