/** The values that `--in` brings to the flow's input ports. */
import { nearest } from '../../dsl/nearest-name.ts';
import type { Graph } from '../../dsl/graph.ts';
import { maxInputBytes, readBytes } from '../files.ts';
import { CommandFailure } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { Terminal } from '../terminal.ts';

export interface Input {
  /** `Node.port`. */
  readonly port: string;
  readonly value: unknown;
}

const hint = 'Write --in NODE.PORT=VALUE, with JSON, plain text, @FILE or @- as the value.';

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

function problem(code: string, message: string, more = hint): CommandFailure {
  return new CommandFailure([{ code, message, hint: more }]);
}

/** JSON, or the text itself where it is none. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function fileValue(file: string): unknown {
  const text = textOf(readBytes(file));
  if (!file.toLowerCase().endsWith('.json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw problem(
      'INPUT_INVALID',
      `${file} is not valid JSON: ${why}`,
      'Correct it; a file of another ending is read as text.',
    );
  }
}

async function valueOf(
  written: string,
  terminal: Terminal,
  readsStdin: () => boolean,
): Promise<unknown> {
  if (!written.startsWith('@')) return jsonOrText(written);
  if (written !== '@-') return fileValue(written.slice(1));
  if (!readsStdin())
    throw problem('INPUT_INVALID', 'standard input can be one value only', 'Use @- once.');
  const bytes = await terminal.readAll();
  if (bytes.length > maxInputBytes)
    throw problem(
      'INPUT_INVALID',
      `standard input has more than ${maxInputBytes} bytes`,
      'Split it.',
    );
  return jsonOrText(textOf(bytes).replace(/\r?\n$/, ''));
}

function portOf(argument: string, graph: Graph): [port: string, written: string] {
  const at = argument.indexOf('=');
  const port = at < 0 ? argument : argument.slice(0, at);
  if (at < 0 || !/^[^.=]+\.[^.=]+$/.test(port)) {
    throw problem(
      'INPUT_INVALID',
      `--in ${argument.slice(0, 200)} is not of the form NODE.PORT=VALUE`,
    );
  }
  if (!graph.inputs.includes(port)) {
    const close = nearest(port, graph.inputs);
    const known = `The inputs of the net are: ${graph.inputs.slice(0, 20).join(', ') || 'none'}.`;
    throw problem(
      'PORT_NOT_INPUT',
      `${port} does not face the outside`,
      close === undefined ? known : `Did you mean ${close}? ${known}`,
    );
  }
  return [port, argument.slice(at + 1)];
}

/** Those that the net has not been given yet: of each port the first ones went in first. */
export function inputsLeft(
  inputs: readonly Input[],
  injected: ReadonlyMap<string, number>,
): readonly Input[] {
  const placed = new Map(injected);
  return inputs.filter(({ port }) => {
    const before = placed.get(port) ?? 0;
    placed.set(port, before - 1);
    return before <= 0;
  });
}

/** Reads all of them, in order. Throws CommandFailure with every problem. */
export async function readInputs(
  args: readonly string[],
  graph: Graph,
  terminal: Terminal,
): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  const problems: Problem[] = [];
  let stdinFree = true;
  const readsStdin = (): boolean => {
    const free = stdinFree;
    stdinFree = false;
    return free;
  };
  for (const argument of args) {
    try {
      const [port, written] = portOf(argument, graph);
      inputs.push({ port, value: await valueOf(written, terminal, readsStdin) });
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new CommandFailure(problems);
  return inputs;
}
