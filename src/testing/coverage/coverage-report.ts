/**
 * Coverage in figures: how much of what a definition can reach was reached, and what was not.
 *
 * R1 an item that several nets or nodes have is counted once in a row, and is reached where any of
 *    them reached it.
 * R2 what none of them can reach is not counted (`what-counts.ts`).
 */
import type { NetSpec } from '../../machines/spec.ts';
import type { CoverageRecord } from './coverage-record.ts';
import {
  type MachineKind,
  type SubjectMachine,
  machineKinds,
  netMachines,
} from './net-machines.ts';
import { type Item, itemsOf, placeName } from './statechart-items.ts';
import { countingOf } from './what-counts.ts';

export interface CoverageReportOptions {
  /**
   * `moves` (default): states, and ways from one state to another, of what a flow does by itself.
   * `transitions`: every state and every transition, with its event and its guard.
   */
  readonly detail?: 'moves' | 'transitions';
  /** A row for each node, with its ports and its epochs, in the place of one for each kind of machine. */
  readonly perNode?: boolean;
}

export interface CoverageFigures {
  /** States and moves (or transitions) that count. */
  readonly counted: number;
  readonly reached: number;
  /** From 0 to 100; 100 where nothing counts. */
  readonly percent: number;
}

export interface CoverageRow extends CoverageFigures {
  readonly name: string;
  /** What was never reached: `epoch: backingOff → attempting`. */
  readonly unreached: readonly string[];
}

export interface CoverageReport {
  readonly detail: 'moves' | 'transitions';
  readonly perNode: boolean;
  readonly rows: readonly CoverageRow[];
  readonly total: CoverageFigures;
}

/** Names of items, in order; true = reached. */
type Row = Map<string, boolean>;

function figures(all: readonly boolean[]): CoverageFigures {
  const reached = all.filter(Boolean).length;
  const percent = all.length === 0 ? 100 : Math.floor((reached / all.length) * 1000) / 10;
  return { counted: all.length, reached, percent };
}

/** What the report calls an item, with its machine; null = it is not counted there. */
function itemName(subject: SubjectMachine, item: Item, options: CoverageReportOptions) {
  const kind: string = options.perNode === true ? subject.portName || subject.kind : subject.kind;
  if (options.detail === 'transitions') {
    return `${kind}: ${options.perNode === true ? item.name : item.generic}`;
  }
  return item.move === null ? null : `${placeName(kind as MachineKind, item.region)}: ${item.move}`;
}

/** A flow is told from another one by its nodes and edges, whatever their options. */
function flowKey({ nodes, edges }: NetSpec): string {
  return JSON.stringify([nodes.map(({ name }) => name), edges.map(({ from, to }) => [from, to])]);
}

function flowName({ nodes }: NetSpec): string {
  const names = nodes.slice(0, 3).map(({ name }) => name);
  return `${names.join(', ')}${nodes.length > names.length ? ', …' : ''}`;
}

/** How the row that a subject belongs to is called. */
function rowNames(record: CoverageRecord, perNode: boolean) {
  const flows = new Set(record.nets.map(({ spec }) => flowKey(spec)));
  return ({ kind, node }: SubjectMachine, spec: NetSpec): string => {
    if (!perNode) return kind;
    const name = node?.name ?? 'net';
    return flows.size > 1 ? `${name} (${flowName(spec)})` : name;
  };
}

/** The figures of a run. Takes time in proportion to the machines of its nets. */
export function coverageReport(
  record: CoverageRecord,
  options: CoverageReportOptions = {},
): CoverageReport {
  const perNode = options.perNode ?? false;
  const detail = options.detail ?? 'moves';
  const rowOf = rowNames(record, perNode);
  const rows = new Map<string, Row>(perNode ? [] : machineKinds.map((kind) => [kind, new Map()]));
  for (const { spec, reached } of record.nets) {
    for (const subject of netMachines(spec)) {
      const counting = countingOf(spec, subject);
      const names = new Set(reached[subject.address] ?? []);
      const rowName = rowOf(subject, spec);
      const row: Row = rows.get(rowName) ?? new Map();
      rows.set(rowName, row);
      for (const item of itemsOf(subject.machine)) {
        const counts = counting(item);
        if (counts === 'never' || (counts === 'aside' && detail === 'moves')) continue;
        const name = itemName(subject, item, { detail, perNode });
        if (name === null) continue;
        row.set(name, row.get(name) === true || names.has(item.name));
      }
    }
  }
  const all = [...rows].map(([name, row]) => ({
    name,
    ...figures([...row.values()]),
    unreached: [...row].flatMap(([item, hit]) => (hit ? [] : [item])),
  }));
  const total = figures([...rows.values()].flatMap((row) => [...row.values()]));
  return { detail, perNode, rows: all, total };
}

/** What is below `min` percent: rows where the report has one for each node, the whole otherwise. */
export function belowMinimum(report: CoverageReport, min: number): readonly string[] {
  if (!report.perNode) return report.total.percent < min ? ['total'] : [];
  return report.rows.filter(({ percent }) => percent < min).map(({ name }) => name);
}

/** The report as text: a table, then what was never reached, at most `limit` of each row. */
export function coverageTable(report: CoverageReport, limit = Number.POSITIVE_INFINITY): string {
  const { rows, total } = report;
  const lines = [...rows, { name: 'total', ...total }].map(
    ({ name, reached, counted, percent }) => [
      name,
      String(reached),
      String(counted),
      percent.toFixed(1),
    ],
  );
  const table = [['statecharts', 'reached', 'of', '%'], ...lines];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...table.map((line) => line[at]?.length ?? 0)));
  const text = table.map((line) =>
    line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  const missed = rows.flatMap(({ name, unreached }) => {
    const shown = unreached.slice(0, limit);
    const rest = unreached.length - shown.length;
    const items = rest > 0 ? [...shown, `… and ${rest} more`] : shown;
    return items.map((item) => (report.perNode ? `  ${name}  ${item}` : `  ${item}`));
  });
  const end = missed.length === 0 ? [] : ['', 'never reached:', ...missed];
  return `${[...text, ...end].join('\n')}\n`;
}
