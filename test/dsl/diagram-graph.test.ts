import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphToDot, graphToMermaid } from '../../src/dsl/diagram-graph.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { readMermaid } from '../machines/mermaid.ts';

const graph = new Graph({
  nodes: [
    {
      name: 'A',
      outPorts: [
        { name: 'y', slots: 3 },
        { name: 'z', slots: 1 },
      ],
      outConditions: [{ name: 'send', when: 'nonempty(y) and count(z) >= 1', maxSalvos: 1 }],
    },
    {
      name: '__B__',
      inPorts: ['x', { name: 'late', slots: 2 }],
      outPorts: ['o'],
      inConditions: [
        { name: 'default', when: 'nonempty(x)' },
        { name: 'rest', when: 'count(late) < 2' },
      ],
      outConditions: [{ name: 'send', when: 'nonempty(o)', maxSalvos: 4 }],
    },
    { name: 'end' },
  ],
  edges: [
    { from: 'A.y', to: '__B__.x', capacity: 4 },
    { from: '__B__.o', to: '__B__.x' },
  ],
  outputs: ['__B__.o', 'A.z'],
});

describe('a graph as Mermaid', () => {
  it('shows nodes with their conditions, ports with their slots, capacities, and what faces the outside', async () => {
    expect(graph.validate()).toEqual([]);
    const { type, nodes, edges } = await readMermaid(graphToMermaid(graph));
    expect(type).toBe('flowchart-v2');
    expect(nodes.map(({ id, label }) => `${id} ${label}`)).toEqual([
      'n0 A<br/>out send when nonempty(y) and count(z) >= 1, at most 1 salvo',
      'n1 __B__<br/>in default when nonempty(x)<br/>in rest when count(late) < 2<br/>out send when nonempty(o), at most 4 salvos',
      'n2 end',
      'o0 in',
      'o1 out',
      'o2 out',
    ]);
    expect(edges).toEqual([
      { from: 'o0', to: 'n1', label: 'late (2 slots)' },
      { from: 'n0', to: 'n1', label: 'y (3 slots) → x, capacity 4' },
      { from: 'n1', to: 'n1', label: 'o → x' },
      { from: 'n1', to: 'o1', label: 'o' },
      { from: 'n0', to: 'o2', label: 'z (1 slot)' },
    ]);
  });

  it('is the same for equal graphs', () => {
    expect(graphToMermaid(new Graph(graph.definition))).toBe(graphToMermaid(graph));
    expect(graphToDot(new Graph(graph.definition))).toBe(graphToDot(graph));
  });

  it('draws what there is of a graph with mistakes', async () => {
    const broken = new Graph({
      nodes: [{ name: 'A', outPorts: ['y'] }, { name: 'A' }, { name: 'B', inPorts: ['x'] }],
      edges: [
        { from: 'A.y', to: 'B.x' },
        { from: 'A.q', to: 'B.x' },
        { from: 'C.y', to: 'B.x' },
        { from: 'rubbish', to: 'B.x' },
      ],
      inputs: ['C.x'],
      outputs: ['nowhere'],
    });
    expect(broken.validate().length).toBeGreaterThan(3);
    const { nodes, edges } = await readMermaid(graphToMermaid(broken));
    expect(nodes.map(({ id }) => id)).toEqual(['n0', 'n1', 'n2']);
    expect(edges.map(({ from, to, label }) => `${from} ${to} ${label}`)).toEqual([
      'n0 n2 y → x',
      'n0 n2 q → x',
    ]);
    expect(graphToDot(broken)).toContain('  n0:o0 -> n2:i0;\n  n0 -> n2:i0;\n}');
  });

  it('shows any name and any term as it is', async () => {
    const text = fc
      .string({
        unit: fc.constantFrom(...'ab_:;#"`%<>{}[]()|\\/*~&=! é→\n'.split(/(?:)/u)),
        minLength: 1,
        maxLength: 10,
      })
      .map((s) => `n${s}.`);
    await fc.assert(
      fc.asyncProperty(text, text, async (name, when) => {
        const { nodes } = await readMermaid(
          graphToMermaid(
            new Graph({
              nodes: [{ name, inPorts: ['x'], inConditions: [{ name: 'c', when }] }],
              inputs: [],
            }),
          ),
        );
        expect(nodes.map(({ label }) => label)).toEqual([`${name}<br/>in c when ${when}`]);
      }),
      { seed: 3, numRuns: 150 },
    );
  });
});

type Field = string | readonly Field[];

/** The fields of a DOT record as Graphviz reads its label: braces nest, a bar separates, a backslash escapes. */
function readRecord(label: string): readonly Field[] {
  let at = 0;
  const fields = (): Field[] => {
    const list: Field[] = [];
    for (;;) {
      if (label[at] === '{') {
        at += 1;
        list.push(fields());
        expect(label[at]).toBe('}');
        at += 1;
      } else {
        list.push(textField());
      }
      if (label[at] !== '|') return list;
      at += 1;
    }
  };
  const textField = (): string => {
    let text = '';
    let port = '';
    if (label[at] === '<') {
      const end = label.indexOf('>', at);
      port = `${label.slice(at, end + 1)} `;
      at = end + 2;
    }
    while (at < label.length && !'{}|'.includes(label[at] ?? '')) {
      expect(label[at]).not.toMatch(/[<>]/);
      if (label[at] !== '\\') text += label[at];
      else {
        at += 1;
        text += label[at] === 'n' ? '\n' : label[at];
      }
      at += 1;
    }
    return port + text.replaceAll('&amp;', '&');
  };
  const read = fields();
  expect(at).toBe(label.length);
  return read;
}

/** The label of a statement: the string's own escape is that of the quote alone. */
function labelOf(dot: string, id: string): string {
  const [, label] =
    new RegExp(`^  ${id} \\[label="((?:\\\\.|[^"\\\\])*)"\\];$`, 'm').exec(dot) ?? [];
  expect(label).toBeDefined();
  return (label ?? '').replace(/\\(\\|")/g, (all, escaped: string) =>
    escaped === '"' ? '"' : all,
  );
}

describe('a graph as DOT', () => {
  it('has a field for each port and edges from port to port', () => {
    const dot = graphToDot(graph);
    expect(readRecord(labelOf(dot, 'n0'))).toEqual([
      [
        ['A', 'out send when nonempty(y) and count(z) >= 1, at most 1 salvo'],
        ['<o0> y (3 slots)', '<o1> z (1 slot)'],
      ],
    ]);
    expect(readRecord(labelOf(dot, 'n1'))).toEqual([
      [
        ['<i0> x', '<i1> late (2 slots)'],
        [
          '__B__',
          'in default when nonempty(x)',
          'in rest when count(late) < 2',
          'out send when nonempty(o), at most 4 salvos',
        ],
        ['<o0> o'],
      ],
    ]);
    expect(readRecord(labelOf(dot, 'n2'))).toEqual([[['end']]]);
    expect(dot.split('\n').filter((line) => line.includes('->'))).toEqual([
      '  o0 -> n1:i1;',
      '  n0:o0 -> n1:i0 [label="capacity 4"];',
      '  n1:o0 -> n1:i0;',
      '  n1:o0 -> o1;',
      '  n0:o1 -> o2;',
    ]);
    expect(dot.startsWith('digraph net {\n  rankdir=LR;\n')).toBe(true);
    expect(dot.endsWith('\n}\n')).toBe(true);
  });

  it('shows any name and any term as it is', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'ab"\\{}|<>&;n \n'.split('')),
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(text, text, text, (name, port, when) => {
        const made = new Graph({
          nodes: [{ name, inPorts: [port], inConditions: [{ name: 'c', when }] }],
          inputs: [],
        });
        fc.pre(made.nodes[0]?.inConditions.length === 1);
        expect(readRecord(labelOf(graphToDot(made), 'n0'))).toEqual([
          [[`<i0> ${port}`], [name, `in c when ${when}`]],
        ]);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
