import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, assign, createMachine, fromPromise, not, or, raise, setup, stateIn } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { statechartToMermaid } from '../../src/machines/statechart-diagram.ts';
import type { StatechartOptions } from '../../src/machines/statechart-diagram.ts';
import { readMermaid } from './mermaid.ts';

interface Read {
  /** `outer/inner: line; line`, in document order. */
  readonly states: readonly string[];
  /** `outer/a -> outer/b: label`; `[*]` stands for the marks. */
  readonly arrows: readonly string[];
}

/** What Mermaid reads, with states by the path of their labels; regions are left out of it. */
async function read(machine: AnyStateMachine, options?: StatechartOptions): Promise<Read> {
  const { nodes, edges, type } = await readMermaid(statechartToMermaid(machine, options));
  expect(type).toBe('stateDiagram');
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const path = (id: string | undefined): string => {
    const node = byId.get(id ?? '');
    if (node === undefined) return '';
    const outer = path(node.parent);
    if (node.shape === 'divider') return outer;
    const label = node.shape === 'stateStart' || node.shape === 'stateEnd' ? '[*]' : node.label;
    return outer === '' ? label : `${outer}/${label}`;
  };
  return {
    states: nodes
      .filter(({ shape }) => !['divider', 'stateStart', 'stateEnd'].includes(shape))
      .map(({ id, lines }) => (lines.length === 0 ? path(id) : `${path(id)}: ${lines.join('; ')}`)),
    arrows: edges.map(
      ({ from, to, label }) => `${path(from)} -> ${path(to)}${label === '' ? '' : `: ${label}`}`,
    ),
  };
}

/** A node as it is generated: intake, gate and service side by side, a guard named by its term. */
function nodeMachine(terms: readonly string[]) {
  const refuse = { actions: 'refuse' };
  return createMachine({
    id: 'node',
    type: 'parallel',
    on: { ask: { actions: 'answer' } },
    states: {
      intake: {
        initial: 'collecting',
        states: {
          collecting: {
            on: {
              'node.evaluate': [
                { guard: 'pendingIsFull', target: 'held' },
                ...terms.map((type, at) => ({
                  guard: { type, params: { at } },
                  target: `gathering.c${at}`,
                  actions: ['ask', 'count'],
                })),
                {},
              ],
            },
          },
          gathering: {
            initial: 'c0',
            states: Object.fromEntries(
              terms.map((_term, at) => [
                `c${at}`,
                { on: { 'port.taken': { target: '#node.intake.collecting', actions: 'open' } } },
              ]),
            ),
          },
          held: { on: { 'epoch.ended': 'collecting' } },
        },
      },
      gate: {
        initial: 'open',
        states: {
          open: { always: { guard: 'isSaturated', target: 'saturated' } },
          saturated: { always: { guard: not('isSaturated'), target: 'open', actions: 'tell' } },
        },
        on: { 'epoch.admit': [{ guard: 'isBare', actions: 'admit' }, {}] },
      },
      service: {
        initial: 'down',
        states: { down: { on: { 'net.started': 'up' } }, up: {} },
        on: { 'node.up': refuse },
      },
    },
  });
}

describe('the diagram of a node', () => {
  it('has its regions side by side and every transition once', async () => {
    const { states, arrows } = await read(
      nodeMachine(['nonempty(x) and count(y) >= 2', 'not (empty(x) or full(y))']),
    );
    expect(states).toEqual([
      'node',
      'node/intake',
      'node/intake/collecting: node.evaluate [else] / ignored',
      'node/intake/gathering',
      'node/intake/gathering/c0',
      'node/intake/gathering/c1',
      'node/intake/held',
      'node/gate',
      'node/gate/open',
      'node/gate/saturated',
      'node/gate/any state of gate: epoch.admit [isBare] / admit; epoch.admit [else] / ignored',
      'node/service',
      'node/service/down',
      'node/service/up',
      'node/service/any state of service: node.up / refuse',
      'node/any state of node: ask / answer',
    ]);
    expect(arrows.toSorted()).toEqual(
      [
        'node/gate/[*] -> node/gate/open',
        'node/gate/open -> node/gate/saturated: always [isSaturated]',
        'node/gate/saturated -> node/gate/open: always [not isSaturated] / tell',
        'node/intake/[*] -> node/intake/collecting',
        'node/intake/collecting -> node/intake/gathering/c0: node.evaluate [nonempty(x) and count(y) >= 2] / ask, count',
        'node/intake/collecting -> node/intake/gathering/c1: node.evaluate [not (empty(x) or full(y))] / ask, count',
        'node/intake/collecting -> node/intake/held: node.evaluate [pendingIsFull]',
        'node/intake/gathering/[*] -> node/intake/gathering/c0',
        'node/intake/gathering/c0 -> node/intake/collecting: port.taken / open',
        'node/intake/gathering/c1 -> node/intake/collecting: port.taken / open',
        'node/intake/held -> node/intake/collecting: epoch.ended',
        'node/service/[*] -> node/service/down',
        'node/service/down -> node/service/up: net.started',
      ].toSorted(),
    );
  });

  it('separates its regions by two dashes', () => {
    const lines = statechartToMermaid(nodeMachine(['nonempty(x)'])).split('\n');
    expect(lines.filter((line) => line.trim() === '--')).toHaveLength(3);
    expect(lines.filter((line) => line === '    --')).toHaveLength(3);
  });

  it('is the same for equal machines', () => {
    const text = statechartToMermaid(nodeMachine(['nonempty(x)', 'nonempty(y)']));
    expect(statechartToMermaid(nodeMachine(['nonempty(x)', 'nonempty(y)']))).toBe(text);
    expect(text.startsWith('stateDiagram-v2\n  state "node" as s0 {\n')).toBe(true);
  });

  it('leaves the actions out where that is asked', async () => {
    const { states, arrows } = await read(nodeMachine(['nonempty(x)']), { actions: false });
    expect([...states, ...arrows].join('\n')).not.toMatch(/refuse|admit$|ask,|\/ tell|answer/m);
    expect(states).toContain(
      'node/gate/any state of gate: epoch.admit [isBare]; epoch.admit [else] / ignored',
    );
    expect(arrows).toContain(
      'node/intake/collecting -> node/intake/gathering/c0: node.evaluate [nonempty(x)]',
    );
  });
});

describe('the diagram of any machine', () => {
  it('shows final states, done events and transitions of outer states', async () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      on: { reset: '.a', all: { target: '#m', reenter: true } },
      states: {
        a: {
          initial: 'b',
          on: { again: { target: 'a', reenter: true }, into: '.c', away: 'd' },
          states: {
            b: { on: { up: '#m.a', self: { target: 'b', reenter: true } } },
            c: { on: { out: '#m.d' } },
          },
        },
        d: {
          type: 'parallel',
          on: { x: '.r.r2' },
          onDone: { target: 'e', actions: 'cheer' },
          states: {
            r: {
              initial: 'r1',
              states: { r1: { on: { cross: '#m.d.q.q2' } }, r2: { type: 'final' } },
            },
            q: { initial: 'q1', states: { q1: {}, q2: { type: 'final' } } },
          },
        },
        e: { type: 'final' },
      },
    });
    const { states, arrows } = await read(machine);
    expect(states).toEqual([
      'm',
      'm/a',
      'm/a/b: up → a',
      'm/a/c',
      'm/a/any state of a: again → a',
      'm/d',
      'm/d/r',
      'm/d/r/r1',
      'm/d/r/r2',
      'm/d/q',
      'm/d/q/q1',
      'm/d/q/q2',
      'm/d/any state of d',
      'm/e',
      'm/any state of m: all → m',
    ]);
    expect(arrows.toSorted()).toEqual(
      [
        'm/[*] -> m/a',
        'm/a -> m/d: away',
        'm/a/[*] -> m/a/b',
        'm/a/any state of a -> m/a/c: into',
        'm/a/b -> m/a/b: self',
        'm/a/c -> m/d: out',
        'm/any state of m -> m/a: reset',
        'm/d -> m/e: done / cheer',
        'm/d/any state of d -> m/d/r/r2: x',
        'm/d/q/[*] -> m/d/q/q1',
        'm/d/q/q2 -> m/d/q/[*]',
        'm/d/r/[*] -> m/d/r/r1',
        'm/d/r/r1 -> m/d/q/q2: cross',
        'm/d/r/r2 -> m/d/r/[*]',
        'm/e -> m/[*]',
      ].toSorted(),
    );
  });

  it('names delays, invoked actors, entry and exit actions, and the machinery of none of them', async () => {
    const machine = setup({
      actors: { fetch: fromPromise(async () => Promise.resolve(1)) },
      delays: { LONG: 5000 },
      actions: { greet: () => undefined, leave: () => undefined },
    }).createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          entry: ['greet', assign({})],
          exit: 'leave',
          after: { 100: 'b', LONG: { guard: () => true, target: 'b' } },
        },
        b: { invoke: { src: 'fetch', onDone: 'a', onError: { actions: raise({ type: 'x' }) } } },
      },
    });
    const { states, arrows } = await read(machine);
    expect(states.slice(1)).toEqual([
      'm/a: entry / greet, assign; exit / leave',
      'm/b: invoke / fetch; error fetch / raise',
    ]);
    expect(arrows).toEqual([
      'm/[*] -> m/a',
      'm/a -> m/b: after 100 ms',
      'm/a -> m/b: after LONG [guard]',
      'm/b -> m/a: done fetch',
    ]);
    expect((await read(machine, { actions: false })).states.slice(1)).toEqual([
      'm/a',
      'm/b: error fetch',
    ]);
  });

  it('names guards that are put together, and initial actions', async () => {
    const machine = createMachine({
      initial: 'a',
      states: {
        a: {
          on: {
            go: [
              { guard: and(['x', or(['y', not('z')])]), target: 'b' },
              { guard: stateIn('#b'), target: 'b' },
              'b',
            ],
          },
        },
        b: { id: 'b', initial: { target: 'c', actions: 'begin' }, states: { c: {} } },
      },
    });
    const { arrows } = await read(machine);
    expect(
      arrows.filter((arrow) => arrow.includes('go') || arrow.includes('begin')).toSorted(),
    ).toEqual([
      '(machine)/a -> (machine)/b: go [else]',
      '(machine)/a -> (machine)/b: go [stateIn]',
      '(machine)/a -> (machine)/b: go [x and (y or not z)]',
      '(machine)/b/[*] -> (machine)/b/c: / begin',
    ]);
  });

  it('marks history states and where they lead without one', async () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          initial: 'b',
          states: {
            b: { initial: 'deep', states: { deep: {} } },
            h: { type: 'history', target: 'b.deep' },
            far: { type: 'history', history: 'deep', target: '#m.z' },
            plain: { type: 'history' },
          },
        },
        z: { on: { back: 'a.h' } },
      },
    });
    const { states, arrows } = await read(machine);
    expect(states).toEqual(expect.arrayContaining(['m/a/h (H)', 'm/a/far (H*)', 'm/a/plain (H)']));
    expect(arrows.filter((arrow) => /h \(H|far/.test(arrow)).toSorted()).toEqual([
      'm/a/far (H*) -> m/z: without history',
      'm/a/h (H) -> m/a/b/deep: without history',
      'm/z -> m/a/h (H): back',
    ]);
  });

  it('draws a machine of one state, and an initial state further down', async () => {
    expect(await read(createMachine({ id: 'one', on: { e: { actions: 'f' } } }))).toEqual({
      states: ['one: e / f'],
      arrows: [],
    });
    const deep = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'c', states: { b: {}, c: {} } } },
    });
    expect((await read(deep)).arrows).toEqual(['m/[*] -> m/a', 'm/a/[*] -> m/a/c']);
  });

  it('shows any name as it is', async () => {
    const character = fc.constantFrom(
      ...'ab_:;#"`%-<>{}[]()|\\/*~&=!?,\'$@^+1é→😀\t'.split(/(?:)/u),
    );
    const name = fc
      .string({ unit: character, minLength: 1, maxLength: 8 })
      .map((text) => `n${text}`);
    await fc.assert(
      fc.asyncProperty(name, name, name, name, async (state, event, guard, action) => {
        const key = state.replaceAll('.', '');
        const machine = createMachine({
          id: 'm',
          initial: key,
          states: {
            [key]: {
              on: {
                [event]: { guard, target: 'other', actions: action },
                [`${event}x`]: { actions: action },
              },
            },
            other: {},
          },
        });
        const { states, arrows } = await read(machine);
        expect(states).toEqual(['m', `m/${key}: ${event}x / ${action}`, 'm/other']);
        expect(arrows).toEqual([
          `m/[*] -> m/${key}`,
          `m/${key} -> m/other: ${event} [${guard}] / ${action}`,
        ]);
      }),
      { seed: 11, numRuns: 150 },
    );
  });
});
