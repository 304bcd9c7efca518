/** `netrun packet`: where a packet has been, what it was made from, and what was made of it. */
import type { PacketId } from '../../machines/action.ts';
import { type PacketLineage, packetLineage } from '../../runtime/explain/packet-lineage.ts';
import { type PacketTrace, packetTrace } from '../../runtime/explain/packet-trace.ts';
import { placeText } from '../../runtime/replay/run-state-text.ts';
import { clip, oneLine, paint, printable } from '../display-text.ts';
import { timeText } from '../record-text.ts';
import { openRun, readId, runTitle } from '../recorded-run.ts';
import { writeJson } from '../report.ts';
import { tableLines } from '../table.ts';
import type { ExitCode, Output, Terminal } from '../terminal.ts';

export interface PacketOptions {
  readonly up?: boolean;
  readonly down?: boolean;
  readonly json?: boolean;
}

const columns = ['record', 'at', 'what', 'from', 'to'].map((title, at) => ({
  title,
  align: at === 0 ? ('right' as const) : ('left' as const),
}));

function traceLines({ steps, complete }: PacketTrace): string[] {
  const rows = steps.map(({ seq, at, event, from, to }) => [
    String(seq),
    timeText(at),
    event.replace('Packet', '').toLowerCase(),
    from === null ? '' : oneLine(placeText(from)),
    to === null ? '' : oneLine(placeText(to)),
  ]);
  const note = complete ? [] : ['the history begins after the packet was made'];
  return [...tableLines(columns, rows), ...note];
}

function treeLines(output: Output, title: string, lineage: PacketLineage | null): string[] {
  return lineage === null
    ? []
    : ['', paint(output, 'bold', title), ...printable(lineage.text).split('\n')];
}

/**
 * Tells of a packet: its places and both trees, or one tree alone. Throws CommandFailure, and as
 * `openHistory`, `packetTrace` and `packetLineage` do.
 */
export function packet(
  path: string,
  id: string,
  options: PacketOptions,
  terminal: Terminal,
): ExitCode {
  const named = readId('packet', id) as PacketId;
  const history = openRun(path, terminal);
  const isWhole = options.up !== true && options.down !== true;
  const trace = isWhole ? packetTrace(history, named) : null;
  const [up, down] = (['up', 'down'] as const).map((direction) =>
    isWhole || options[direction] === true ? packetLineage(history, named, { direction }) : null,
  ) as [PacketLineage | null, PacketLineage | null];
  const { stdout } = terminal;
  if (options.json === true) {
    const { run } = history.header;
    const document = { ...(trace === null ? {} : { trace }), ...(up === null ? {} : { up }) };
    writeJson(terminal, {
      ok: true,
      file: history.path,
      run,
      packet: named,
      ...document,
      ...(down === null ? {} : { down }),
    });
    return 0;
  }
  const lines = [
    runTitle(history),
    ...(trace === null ? [] : traceLines(trace)),
    ...treeLines(stdout, 'made from', up),
    ...treeLines(stdout, 'made of it', down),
  ];
  const shown = stdout.isTTY ? lines.map((line) => clip(line, stdout.columns - 1)) : lines;
  stdout.write(`${shown.join('\n')}\n`);
  return 0;
}
