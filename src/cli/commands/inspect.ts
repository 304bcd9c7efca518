/** `netrun inspect`: the inspector of a recorded run, or of a flow that is started from its page. */
import { openInspector, recordedRun } from '../../runtime/inspector/inspector.ts';
import type { Inspector, InspectorOptions } from '../../runtime/inspector/inspector.ts';
import { Net } from '../../runtime/net.ts';
import { readValidDefinition } from '../definition-file.ts';
import { printable } from '../display-text.ts';
import { CommandFailure } from '../problem.ts';
import { writeJson } from '../report.ts';
import { importProblems, unsupportedProblems } from '../runnable.ts';
import { openAtUsual } from '../run/inspector-address.ts';
import { readPort, untilInterrupted } from '../run/inspector-hold.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface InspectOptions {
  readonly port?: string;
  readonly host?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

interface Opened {
  readonly inspector: Inspector;
  /** What is looked at, in words. */
  readonly what: string;
  close(): Promise<void>;
}

/** Opens an inspector where it usually is. */
type Open = (open: (where: InspectorOptions) => Promise<Inspector>) => Promise<Inspector>;

async function openFlow(path: string, opened: Open): Promise<Opened> {
  const definition = readValidDefinition(path);
  const unsupported = unsupportedProblems(definition);
  if (unsupported.length > 0) throw new CommandFailure(unsupported);
  const net = new Net(definition.graph, { file: definition.path });
  try {
    await net.load();
  } catch (error) {
    const { problems } = await importProblems(definition);
    throw problems.length > 0 ? new CommandFailure(problems, 1, error) : error;
  }
  return {
    inspector: await opened((where) => net.openInspector(where)),
    what: `${definition.file}, which is started from the page`,
    close: () => net.stop(),
  };
}

async function openRun(path: string, opened: Open): Promise<Opened> {
  const run = await recordedRun(path);
  const inspector = await opened((where) => openInspector(run, where));
  const what = `run ${run.history.header.run}${run.title === '' ? '' : ` of ${run.title}`}`;
  return { inspector, what, close: () => Promise.resolve() };
}

/** Serves the inspector until an interrupt. Throws CommandFailure, and as opening a history does. */
export async function inspect(
  path: string,
  { port, host, open = false, json = false }: InspectOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const where = {
    ...(port === undefined ? {} : { port: readPort('--port', port) }),
    ...(host === undefined ? {} : { host }),
    open,
  };
  const atUsual: Open = (one) => openAtUsual(path, terminal, where, one);
  const opened = await (path.endsWith('.toml') ? openFlow(path, atUsual) : openRun(path, atUsual));
  const { inspector, what } = opened;
  if (json) writeJson(terminal, { ok: true, file: path, url: inspector.url });
  else terminal.stdout.write(`inspector of ${printable(what)}: ${inspector.url}\n`);
  await untilInterrupted(terminal);
  await inspector.close();
  await opened.close();
  return 0;
}
