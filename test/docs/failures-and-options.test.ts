/** docs/failures-and-options.md names options, states, events and tests that there are, and every option. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { describe, expect, it } from 'vitest';
import { nodeOptionsSchema, tomlKey } from '../../src/dsl/schema.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { createEpochMachine } from '../../src/machines/epoch.machine.ts';
import { inputPortMachine } from '../../src/machines/input-port.machine.ts';
import { createNetMachine } from '../../src/machines/net.machine.ts';
import { createNodeMachine } from '../../src/machines/node.machine.ts';
import { outputPortMachine } from '../../src/machines/output-port.machine.ts';
import { readFiles } from '../architecture/tree.ts';

const path = 'docs/failures-and-options.md';
const files = readFiles(
  (name) => name === path || name === 'src/machines/action.ts' || /^test\/.*\.test\.ts$/.test(name),
);

interface Row {
  readonly section: string;
  readonly subject: string;
  readonly meaning: string;
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly file: string;
  readonly test: string;
}

const quoted = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner ?? '');

function rowOf(section: string, line: string): Row {
  const cells = line.split('|').map((cell) => cell.trim());
  const [, subject = '', meaning = '', states = '', events = '', shown = ''] = cells;
  const [, file = '', test = ''] = /^`([^`]+)`: (.+)$/.exec(shown) ?? [];
  return { section, subject, meaning, states: quoted(states), events: quoted(events), file, test };
}

function readRows(): Row[] {
  const rows: Row[] = [];
  let section = '';
  for (const line of (files.get(path) ?? '').split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3);
    const isRow = line.startsWith('|') && !line.startsWith('| ---');
    if (isRow && !/^\| (Option|Setting|Failure) +\|/.test(line)) rows.push(rowOf(section, line));
  }
  return rows;
}

function statesOf(machine: AnyStateMachine): string[] {
  const walk = (state: AnyStateNode): string[] => [
    state.path.join('.'),
    ...Object.values(state.states).flatMap(walk),
  ];
  return walk(machine.root);
}

function allStates(): Set<string> {
  const spec = new Graph({ nodes: [{ name: 'A', inPorts: ['in'] }] }).toSpec();
  const [node] = spec.nodes;
  if (node === undefined) throw new Error('the graph has a node');
  const machines: Record<string, AnyStateMachine> = {
    net: createNetMachine(spec) as AnyStateMachine,
    node: createNodeMachine(node, false) as AnyStateMachine,
    'input port': inputPortMachine(false) as AnyStateMachine,
    'output port': outputPortMachine as AnyStateMachine,
    epoch: createEpochMachine(node) as AnyStateMachine,
  };
  return new Set(
    Object.entries(machines).flatMap(([name, machine]) =>
      statesOf(machine).map((state) => `${name}: ${state}`),
    ),
  );
}

describe('the table of options and failures', () => {
  const rows = readRows();
  const subjects = rows.map((row): [string, Row] => [row.subject, row]);

  it('has every option of a node once, and no other', () => {
    const listed = rows.filter(({ section }) => section === 'Options of a node');
    const options = Object.keys(nodeOptionsSchema.shape).map((key) => `\`${tomlKey(key)}\``);
    expect(listed.map(({ subject }) => subject).sort()).toEqual(options.sort());
  });

  it('has failures of functions, of services and of the net', () => {
    expect(rows.filter(({ section }) => section.startsWith('Failures')).length).toBeGreaterThan(30);
  });

  const states = allStates();
  const events = files.get('src/machines/action.ts') ?? '';

  it.each(subjects)('names states, events and a test that there are: %s', (_, row) => {
    expect(row.meaning).not.toBe('');
    expect(row.states).not.toEqual([]);
    expect(row.states.filter((state) => !states.has(state))).toEqual([]);
    expect(row.events.filter((event) => !events.includes(`'${event}'`))).toEqual([]);
    const text = files.get(row.file) ?? '';
    const named = ["'", '"', '`'].some((mark) => text.includes(`${mark}${row.test}${mark}`));
    expect(named, `${row.file} has the test "${row.test}"`).toBe(true);
  });
});
