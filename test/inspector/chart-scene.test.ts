/** Every transition of every machine is drawn, once, and the states that are active are lit. */
import ELK, { type ElkNode } from 'elkjs';
import { describe, expect, it } from 'vitest';
import { layOutChart } from '../../inspector/statechart/chart-layout.ts';
import { type ChartBox, activeStates, chartScene } from '../../inspector/statechart/chart-scene.ts';
import type { Chart, ChartTransition } from '../../src/runtime/inspector/net-view.ts';

const state = (
  id: string,
  states: Chart['root'][] = [],
  type: Chart['root']['type'] = 'compound',
) => ({
  id,
  key: id.split('.').at(-1)!,
  type: states.length === 0 ? ('atomic' as const) : type,
  initial: states[0]?.key ?? null,
  entry: [],
  exit: [],
  states,
});

const transition = (
  id: number,
  source: string,
  targets: string[],
  more: Partial<ChartTransition> = {},
): ChartTransition => ({
  id,
  source,
  targets,
  event: `event${id}`,
  guard: null,
  otherwise: false,
  condition: null,
  actions: [],
  ...more,
});

const chart: Chart = {
  kind: 'node',
  root: state(
    'm',
    [
      state('m.a', [state('m.a.on'), state('m.a.off')]),
      state('m.b', [state('m.b.one', [state('m.b.one.deep')]), state('m.b.two')]),
    ],
    'parallel',
  ),
  transitions: [
    transition(0, 'm.a.on', ['m.a.off'], { guard: 'nonempty(in)', condition: 0 }),
    transition(1, 'm.a.on', ['m.a.off'], { otherwise: true }),
    transition(2, 'm.a.off', ['m.a.on']),
    transition(3, 'm.a', ['m.a.on']),
    transition(4, 'm.b.one.deep', ['m.b']),
    transition(5, 'm.b.two', ['m.b.two']),
    transition(6, 'm', []),
    transition(7, 'm.b.one.deep', ['m.b.two']),
  ],
};

function linesOf(box: ChartBox): number[] {
  return [
    ...box.lines.map(({ transition: id }) => id),
    ...box.hidden,
    ...box.boxes.flatMap(linesOf),
  ];
}

describe('the scene of a statechart', () => {
  for (const hasInner of [true, false]) {
    it(`has every transition once, ${hasInner ? 'with' : 'without'} the inner ones drawn`, () => {
      const { root, arrows } = chartScene(chart, { hasInner });
      const drawn = [
        ...linesOf(root),
        ...arrows.flatMap(({ lines }) => lines.map(({ transition: id }) => id)),
      ];
      expect(drawn.toSorted((a, b) => a - b)).toEqual(chart.transitions.map(({ id }) => id));
    });
  }

  it('draws an arrow only between states of which neither holds the other', () => {
    const { arrows } = chartScene(chart, { hasInner: true });
    expect(arrows.map(({ id, lines }) => [id, lines.length])).toEqual([
      ['m.a.on m.a.off', 2],
      ['m.a.off m.a.on', 1],
      ['m.b.one.deep m.b.two', 1],
    ]);
    expect(arrows[0]?.lines.map(({ guard }) => guard)).toEqual(['[nonempty(in)]', '[else]']);
  });

  it('names the target of what stays within a state', () => {
    const { root } = chartScene(chart, { hasInner: true });
    const [a, b] = root.boxes;
    expect(a?.lines[0]?.target).toBe('on');
    expect(b?.boxes[1]?.lines[0]?.target).toBe('itself');
    expect(root.lines[0]?.target).toBeNull();
  });

  it('lights the states of a value, down to the innermost of each region', () => {
    expect([...activeStates(chart.root, { a: 'off', b: { one: 'deep' } })]).toEqual([
      'm',
      'm.a',
      'm.a.off',
      'm.b',
      'm.b.one',
      'm.b.one.deep',
    ]);
    expect([...activeStates(chart.root, { a: 'gone' })]).toEqual(['m', 'm.a']);
  });
});

it('a statechart is laid out with every state within the one around it', async () => {
  const elk = new ELK.default();
  const placed = await layOutChart(chartScene(chart, { hasInner: true }), {
    measure: (text) => text.length * 6,
    layOut: (graph: ElkNode) => elk.layout(graph),
    room: { width: 900, height: 600 },
  });
  expect(placed.arrows.map(({ points }) => points.length >= 2)).toEqual([true, true, true]);
  for (const inner of placed.states) {
    const outer = placed.states.find(({ box }) => box.boxes.includes(inner.box));
    if (outer === undefined) continue;
    expect(inner.x).toBeGreaterThan(outer.x);
    expect(inner.y).toBeGreaterThan(outer.y);
    expect(inner.x + inner.width).toBeLessThan(outer.x + outer.width);
    expect(inner.y + inner.height).toBeLessThan(outer.y + outer.height);
  }
});
