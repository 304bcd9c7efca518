/** Every transition of every machine is drawn, once, and the states that are active are lit. */
import ELK, { type ElkNode } from 'elkjs';
import { describe, expect, it } from 'vitest';
import { layOutChart } from '../../inspector/statechart/chart-layout.ts';
import {
  type ChartBox,
  activeStates,
  chartScene,
  mainRegion,
} from '../../inspector/statechart/chart-scene.ts';
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
    ...box.lines.flatMap(({ transitions }) => transitions),
    ...box.hidden,
    ...box.boxes.flatMap(linesOf),
  ];
}

describe('the scene of a statechart', () => {
  const ways = [true, false].flatMap((hasInner) =>
    [null, 'm.a', 'm.b'].map((region) => ({ hasInner, region })),
  );
  for (const { hasInner, region } of ways) {
    it(`has every transition once, ${hasInner ? 'with' : 'without'} the inner ones drawn, of ${region ?? 'all regions'}`, () => {
      const { root, arrows } = chartScene(chart, { hasInner, region });
      const drawn = [
        ...linesOf(root),
        ...arrows.flatMap(({ lines }) => lines.flatMap(({ transitions }) => transitions)),
      ];
      expect(drawn.toSorted((a, b) => a - b)).toEqual(chart.transitions.map(({ id }) => id));
    });
  }

  it('draws an arrow only between states of which neither holds the other', () => {
    const { arrows } = chartScene(chart, { hasInner: true, region: null });
    expect(arrows.map(({ id, lines }) => [id, lines.length])).toEqual([
      ['m.a.on m.a.off', 2],
      ['m.a.off m.a.on', 1],
      ['m.b.one.deep m.b.two', 1],
    ]);
    expect(arrows[0]?.lines.map(({ guard }) => guard)).toEqual(['[nonempty(in)]', '[else]']);
  });

  it('folds the regions beside the one that is drawn, whose states it still names', () => {
    const { root, arrows } = chartScene(chart, { hasInner: true, region: 'm.a' });
    expect(root.boxes.map(({ folded, boxes }) => [folded, boxes.length])).toEqual([
      [null, 2],
      [['one.deep', 'two'], 0],
    ]);
    expect(arrows.map(({ id }) => id)).toEqual(['m.a.on m.a.off', 'm.a.off m.a.on']);
  });

  it('draws the region that waits for terms, else that with the most transitions, where none is chosen', () => {
    expect(mainRegion(chart)).toBe('m.a');
    const termless = chart.transitions.map((each) => ({ ...each, condition: null }));
    const more = transition(8, 'm.b.two', ['m.b.one'], { event: 'again' });
    const most = transition(9, 'm.b.two', ['m.b.one'], { event: 'and again' });
    expect(mainRegion({ ...chart, transitions: [...termless, more, most] })).toBe('m.b');
    expect(mainRegion({ ...chart, transitions: [...chart.transitions, more, most] })).toBe('m.a');
    expect(mainRegion({ ...chart, root: { ...chart.root, type: 'compound' } })).toBeNull();
  });

  it('has one line for transitions that read the same, or wait for the same term', () => {
    const same = { guard: 'nonempty(in)', condition: 0 };
    const transitions = [
      transition(0, 'm.a.on', ['m.a.off'], { ...same, event: 'port.arrived' }),
      transition(1, 'm.a.on', ['m.a.off'], { ...same, event: 'node.evaluate' }),
      transition(2, 'm.a.on', ['m.a.off'], { ...same, event: 'port.arrived' }),
      transition(3, 'm.a.on', ['m.a.off'], { event: 'stop' }),
      transition(4, 'm.a.on', ['m.a.off'], { event: 'stop' }),
      transition(5, 'm.a.on', ['m.a.off'], { event: 'stop', guard: 'late' }),
    ];
    const { arrows } = chartScene({ ...chart, transitions }, { hasInner: false, region: null });
    expect(arrows[0]?.lines.map(({ events, transitions: ids }) => [events, ids])).toEqual([
      [
        ['port.arrived', 'node.evaluate'],
        [0, 1, 2],
      ],
      [['stop'], [3, 4]],
      [['stop'], [5]],
    ]);
  });

  it('has one line for what leads from many states side by side to the same one', () => {
    const names = ['m.a', 'm.b', 'm.c'];
    const root = state(
      'm',
      [...names, 'm.end'].map((id) => state(id)),
    );
    const errors = names.map((id, index) => transition(index, id, ['m.end'], { event: 'error' }));
    const transitions = [...errors, transition(3, 'm.a', ['m.b'])];
    const options = { hasInner: false, region: null };
    const all = chartScene({ ...chart, root, transitions }, options);
    expect(all.root.lines).toMatchObject([{ transitions: [0, 1, 2], target: 'end', sources: 3 }]);
    expect(all.arrows.map(({ id }) => id)).toEqual(['m.a m.b']);
    const few = chartScene({ ...chart, root, transitions: transitions.slice(1) }, options);
    expect(few.root.lines).toEqual([]);
    expect(few.arrows.length).toBe(3);
  });

  it('names the target of what stays within a state', () => {
    const { root } = chartScene(chart, { hasInner: true, region: null });
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

for (const region of [null, 'm.b']) {
  it(`a statechart is laid out with every state within the one around it, of ${region ?? 'all regions'}`, async () => {
    const elk = new ELK.default();
    const placed = await layOutChart(chartScene(chart, { hasInner: true, region }), {
      measure: (text) => text.length * 6,
      layOut: (graph: ElkNode) => elk.layout(graph),
      room: { width: 900, height: 600 },
    });
    expect(placed.arrows.map(({ points }) => points.length >= 2)).toEqual(
      placed.arrows.map(() => true),
    );
    expect(placed.arrows.length).toBe(region === null ? 3 : 1);
    for (const inner of placed.states) {
      const outer = placed.states.find(({ box }) => box.boxes.includes(inner.box));
      if (outer === undefined) continue;
      expect(inner.x).toBeGreaterThan(outer.x);
      expect(inner.y).toBeGreaterThan(outer.y);
      expect(inner.x + inner.width).toBeLessThan(outer.x + outer.width);
      expect(inner.y + inner.height).toBeLessThan(outer.y + outer.height);
      for (const { box } of placed.states.filter((each) => outer.box.boxes.includes(each.box))) {
        const other = placed.states.find((each) => each.box === box);
        if (other === undefined || other === inner) continue;
        const isBeside = other.x >= inner.x + inner.width || inner.x >= other.x + other.width;
        const isBelow = other.y >= inner.y + inner.height || inner.y >= other.y + other.height;
        expect(isBeside || isBelow).toBe(true);
      }
    }
  });
}
