/** `netrun diff`: where two recorded runs part, and what each had come to. */
import { type PartingPlace, type RunEnd, diffRuns } from '../../runtime/replay/diff-runs.ts';
import { counted, grouped } from '../../runtime/counted-noun.ts';
import { sideText } from '../difference-text.ts';
import { oneLine, paint } from '../display-text.ts';
import { jsonValue } from '../json-value.ts';
import { recordText } from '../record-text.ts';
import { openRun } from '../recorded-run.ts';
import { writeJson } from '../report.ts';
import { tableLines } from '../table.ts';
import type { ExitCode, Output, Terminal } from '../terminal.ts';

export interface DiffOptions {
  readonly json?: boolean;
}

function stateText({ state, blocked }: RunEnd): string {
  return blocked === null ? state : `${state}, ${blocked}`;
}

function endLines(left: RunEnd, right: RunEnd): string[] {
  const row = (title: string, cell: (end: RunEnd) => string): string[] => [
    title,
    cell(left),
    cell(right),
  ];
  const number = (title: string, of: (end: RunEnd) => number): string[] =>
    row(title, (end) => grouped(of(end)));
  return tableLines(
    [
      { title: '', align: 'left' },
      { title: 'left', align: 'left' },
      { title: 'right', align: 'left' },
    ],
    [
      row('run', ({ run }) => oneLine(run)),
      row('began', ({ at }) => oneLine(at)),
      row('came to', stateText),
      number('records', ({ lastSeq }) => lastSeq),
      number('actions', ({ actions }) => actions),
      number('epochs opened', ({ epochs }) => epochs.opened),
      number('  finished', ({ epochs }) => epochs.finished),
      number('  failed', ({ epochs }) => epochs.failed),
      number('  timed out', ({ epochs }) => epochs.timedOut),
      number('  cancelled', ({ epochs }) => epochs.cancelled),
      number('packets made', ({ packets }) => packets.created),
      number('  consumed', ({ packets }) => packets.consumed),
      number('  destroyed', ({ packets }) => packets.destroyed),
    ],
  );
}

function partingLines(output: Output, parted: PartingPlace): string[] {
  const { seq, path, left, right, leftRecord, rightRecord } = parted;
  const where = path === '$' ? '' : `, at ${oneLine(path)}`;
  const record = (told: PartingPlace['leftRecord']): string =>
    told === null || told.type === 'header' ? '' : recordText(output, told);
  const side = (name: string, told: PartingPlace['leftRecord'], value: unknown): string[] => [
    `${name}${told === null ? ' has ended' : ''}`,
    ...(told === null ? [] : [record(told)]),
    ...(path === '$' ? [] : [sideText(output, value, '  ')]),
  ];
  return [
    paint(output, 'red', `they part at record ${grouped(seq)}${where}`),
    ...side('left', leftRecord, left),
    ...side('right', rightRecord, right),
  ];
}

/** Compares two runs, times aside. 2: they are not the same. Throws as `openHistory` and `diffRuns`. */
export function diff(
  leftPath: string,
  rightPath: string,
  options: DiffOptions,
  terminal: Terminal,
): ExitCode {
  const [leftRun, rightRun] = [openRun(leftPath, terminal), openRun(rightPath, terminal)];
  const found = diffRuns(leftRun, rightRun);
  const { same, definitions, parted, left, right } = found;
  if (options.json === true) {
    const files = { left: leftRun.path, right: rightRun.path };
    writeJson(terminal, {
      ok: same,
      files,
      definitions: jsonValue(definitions),
      parted: jsonValue(parted),
      left,
      right,
    });
    return same ? 0 : 2;
  }
  const { stdout } = terminal;
  const lines: string[] = [];
  if (definitions !== null) {
    const { path } = definitions;
    lines.push(
      paint(stdout, 'red', `the runs are of different nets, at ${oneLine(path)}`),
      sideText(stdout, definitions.left, '  left   '),
      sideText(stdout, definitions.right, '  right  '),
    );
  }
  if (parted === null) {
    const records = counted(left.lastSeq, 'record');
    lines.push(paint(stdout, 'green', `the runs did the same: ${records}, times aside`));
  } else {
    lines.push(...partingLines(stdout, parted));
  }
  stdout.write(`${[...lines, '', ...endLines(left, right)].join('\n')}\n`);
  return same ? 0 : 2;
}
