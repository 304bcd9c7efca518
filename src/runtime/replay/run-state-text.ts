/** The state of a run at one point, as text for people. */
import type { StateValue } from 'xstate';
import type { Location } from '../../machines/action.ts';
import type { EpochState, PlacedPackets, RunState, TimerState } from './run-state.ts';

/** Lines of each section at most; the data has all of them. */
const sectionLines = 40;

/** Packets of a salvo that are named. */
const salvoPackets = 6;

/** `A.out -> B.in`, `B.in`, `in e3`, `e3.out`, `outside`. */
export function placeText(place: Location): string {
  switch (place.type) {
    case 'OutsideNet':
      return 'outside';
    case 'Edge':
      return `${place.from} -> ${place.to}`;
    case 'InputPort':
      return `${place.node}.${place.port}`;
    case 'Node':
      return `in ${place.epoch}`;
    case 'OutputPort':
      return `${place.epoch}.${place.port}`;
  }
}

/** `{ running: 'attempting' }` as `running.attempting`; regions side by side, apart by commas. */
function valueText(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([state, inner]) => (inner === undefined ? state : `${state}.${valueText(inner)}`))
    .join(', ');
}

/** Rows whose cells stand below each other; the last is not filled up. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function section<T>(
  title: string,
  items: readonly T[],
  row: (item: T) => readonly string[],
): string[] {
  if (items.length === 0) return [];
  const lines = aligned(items.slice(0, sectionLines).map(row)).map((line) => `  ${line}`);
  const hidden = items.length - lines.length;
  const more = hidden > 0 ? [`  … and ${hidden} more`] : [];
  return ['', title, ...lines, ...more];
}

function packetsRow({ place, count, first }: PlacedPackets): string[] {
  const more = count > first.length ? ' …' : '';
  return [placeText(place), String(count), `${first.join(' ')}${more}`];
}

function epochRow(epoch: EpochState): string[] {
  const { salvo, sent, condition } = epoch;
  const shown = salvo.slice(0, salvoPackets).map(([port, packet]) => `${port}:${packet}`);
  if (salvo.length > salvoPackets) shown.push(`… ${salvo.length - salvoPackets} more`);
  const took = shown.length === 0 ? 'no packets' : shown.join(' ');
  const salvos = sent.length === 0 ? '' : `, sent ${sent.length}`;
  const attempt = epoch.state === 'running' ? `attempt ${epoch.attempt + 1}` : '';
  return [epoch.epoch, epoch.node, epoch.state, attempt, `${condition}: ${took}${salvos}`];
}

function timerRow({ key, due }: TimerState, now: number): string[] {
  const at = new Date(due);
  const time = Number.isNaN(at.getTime()) ? String(due) : at.toISOString();
  return [key, time, due <= now ? 'due' : `in ${due - now} ms`];
}

function headLines(state: RunState): string[] {
  const { seq, lifecycle, activity, blocked, mode, reason, counts } = state;
  const does = blocked === null ? activity : `blocked, ${blocked}`;
  const order = mode === 'cyclic' ? '' : `, dag ${mode}`;
  const why = reason === '' || reason === lifecycle ? '' : ` (${reason})`;
  const time = new Date(state.now);
  const when = state.now === 0 || Number.isNaN(time.getTime()) ? '' : `, ${time.toISOString()}`;
  return [
    `after record ${seq}${when}`,
    `net ${lifecycle}, ${does}${order}${why}`,
    `packets: ${counts.packets} of ${counts.packetsMade} made · epochs: ${counts.running} running, ` +
      `${counts.startable} startable, ${counts.epochsOpened} opened · timers: ${counts.timers}`,
  ];
}

/** Lines for people: long lists are cut, and say so. Reasons are what users wrote, and not made harmless. */
export function runStateLines(state: RunState): string[] {
  const machines = state.actors.filter(({ address }) => address.includes('/') || address === 'net');
  return [
    ...headLines(state),
    ...section('packets', state.packets, packetsRow),
    ...section('epochs', state.epochs, epochRow),
    ...section('timers', state.timers, (timer) => timerRow(timer, state.now)),
    ...section('nodes', state.nodes, (node) => [
      node.node,
      `service ${node.service}`,
      `gate ${node.gate}`,
      `intake ${valueText(node.intake)}`,
      `${node.running} running, ${node.startable} startable, ${node.opened} opened`,
    ]),
    ...section('statecharts', machines, ({ address, value }) => [address, valueText(value)]),
  ];
}
