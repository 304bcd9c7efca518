/** What holds for the form of all five machines, whatever they are generated from. */
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { machines } from './shapes.ts';

function* nodesOf(node: AnyStateNode): Generator<AnyStateNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* nodesOf(child);
}

interface Listed {
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
  readonly target?: readonly AnyStateNode[] | undefined;
}

/** Every list of transitions of a machine: `state event`, and the transitions in order. */
function* lists(machine: AnyStateMachine): Generator<readonly [where: string, readonly Listed[]]> {
  for (const node of nodesOf(machine.root)) {
    for (const [event, list] of node.transitions) {
      yield [`${node.id} ${event}`, list as readonly Listed[]];
    }
    if (node.always !== undefined) yield [`${node.id} always`, node.always as readonly Listed[]];
  }
}

/** Names of what a list refers to; a function stands for itself. */
const named = (part: unknown): string => {
  if (typeof part === 'string') return part;
  if (typeof part === 'object' && part !== null && 'type' in part) return String(part.type);
  return typeof part;
};

/**
 * States that wait for something to come true: with `always` and no other way, they stay where
 * nothing is true.
 */
const waits = /^(net\.lifecycle|net\.mode|node\.gate|port\.open)/;

describe.each(machines)('the machine of a %s', (_, machine) => {
  it('ends every list of guarded transitions in an unguarded one', () => {
    for (const [where, list] of lists(machine)) {
      if (where.endsWith(' always') && waits.test(where)) continue;
      expect(list.at(-1)?.guard, where).toBeUndefined();
    }
  });

  it('has transitions, so that what is said of them says something', () => {
    expect([...lists(machine)].length).toBeGreaterThan(3);
  });

  it('has no transition that can never be taken', () => {
    for (const [where, list] of lists(machine)) {
      const unguarded = list.findIndex(({ guard }) => guard === undefined);
      expect(unguarded < 0 || unguarded === list.length - 1, where).toBe(true);
    }
  });

  it('knows no time of its own', () => {
    for (const node of nodesOf(machine.root)) {
      expect(node.after, node.id).toEqual([]);
      expect(node.invoke, node.id).toEqual([]);
    }
  });

  it('names every guard and every action', () => {
    const { guards, actions } = machine.implementations;
    for (const [where, list] of lists(machine)) {
      for (const { guard, actions: does } of list) {
        if (guard !== undefined) expect(Object.keys(guards), where).toContain(named(guard));
        for (const action of does) expect(Object.keys(actions), where).toContain(named(action));
      }
    }
    for (const node of nodesOf(machine.root)) {
      for (const action of [...node.entry, ...node.exit]) {
        expect(Object.keys(actions), node.id).toContain(named(action));
      }
    }
  });

  it('has no list that catches everything', () => {
    for (const [where] of lists(machine)) expect(where.endsWith(' *'), where).toBe(false);
  });
});

describe('states', () => {
  const statesOf = (name: string, region: string): string[] => {
    const machine = machines.find(([known]) => known === name)?.[1];
    return Object.keys(machine?.root.states[region]?.states ?? machine?.root.states ?? {});
  };

  it('are those of the design', () => {
    expect(statesOf('net', 'lifecycle')).toEqual(
      'created starting running pausing paused stopping stopped failed'.split(' '),
    );
    expect(statesOf('net', 'activity')).toEqual(['moving', 'working', 'waiting', 'blocked']);
    expect(statesOf('net', 'mode')).toEqual(['cyclic', 'dag']);
    expect(statesOf('node', 'intake')).toEqual(['collecting', 'gathering', 'held']);
    expect(statesOf('node', 'gate')).toEqual(
      'open saturated throttled backpressured exhausted closed'.split(' '),
    );
    expect(statesOf('node', 'service')).toEqual('down starting up stopping failed'.split(' '));
    expect(statesOf('input port', '')).toEqual(['empty', 'partial', 'full']);
    expect(statesOf('output port', '')).toEqual(['open', 'blocked', 'unconnected']);
    expect(statesOf('epoch', '')).toEqual(
      'startable running finished failed timedOut cancelled'.split(' '),
    );
  });

  it('of a node’s intake are one for each of its conditions, guarded by the term’s text', () => {
    const machine = machines.find(([name]) => name === 'node of every option')?.[1];
    const { gathering, collecting } = machine?.root.states['intake']?.states ?? {};
    expect(Object.keys(gathering?.states ?? {})).toEqual(
      expect.arrayContaining(['default', 'both']),
    );
    const guards = (collecting?.transitions.get('node.evaluate') ?? []).map(({ guard }) =>
      guard === undefined ? '' : named(guard),
    );
    expect(guards.indexOf('nonempty(in)')).toBeGreaterThanOrEqual(0);
    expect(guards.indexOf('nonempty(in) and full(side)')).toBe(guards.indexOf('nonempty(in)') + 1);
  });
});
