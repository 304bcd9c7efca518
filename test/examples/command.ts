/** The command line run in this process, without a terminal. */
import { runProgram } from '../../src/cli/program.ts';
import { FakeTerminal } from '../cli/fake-terminal.ts';
import { outputOf } from '../docs/output.ts';

/** Runs `netrun` with these arguments. What node functions print is swallowed. */
export async function runCommand(
  args: readonly string[],
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const terminal = new FakeTerminal();
  let exitCode = -1;
  await outputOf(async () => {
    exitCode = await runProgram(args, terminal);
  });
  return { exitCode, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}
