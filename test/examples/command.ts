/** The command line run in this process, without a terminal. */
import { runProgram } from '../../src/cli/program.ts';
import type { ExitCode, Output, Terminal } from '../../src/cli/terminal.ts';
import { outputOf } from '../docs/output.ts';

interface Written extends Output {
  text: string;
}

function output(): Written {
  return {
    isTTY: false,
    columns: 100,
    rows: 24,
    colour: false,
    text: '',
    write(text: string): void {
      this.text += text;
    },
  };
}

/** Runs `netrun` with these arguments; `printed` is what node functions wrote to the console. */
export async function runCommand(
  args: readonly string[],
): Promise<{ exitCode: ExitCode | null; stdout: string; stderr: string; printed: string }> {
  const [stdout, stderr] = [output(), output()];
  const nothing = (): void => undefined;
  const terminal: Terminal = {
    stdout,
    stderr,
    interactive: false,
    debug: false,
    readAll: () => Promise.resolve(new Uint8Array()),
    readLine: () => Promise.resolve(null),
    now: () => 0,
    every: () => nothing,
    listen: () => nothing,
    divert: () => nothing,
  };
  let exitCode: ExitCode | null = null;
  const printed = await outputOf(async () => {
    exitCode = await runProgram(args, terminal);
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text, printed };
}
