/** Flows simulated: every order, every fault, crashes at every action, and what is found made simple. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { flow } from '../../../src/dsl/builder.ts';
import { defineNode } from '../../../src/dsl/define-node.ts';
import { Graph } from '../../../src/dsl/graph.ts';
import { ValueStore } from '../../../src/runtime/values/values.ts';
import type { SimulatedRun } from '../../../src/testing/simulation/finding.ts';
import { type SimulationOptions, simulate } from '../../../src/testing/simulation/simulate.ts';
import { chain, fan } from './flows.ts';

const text = (port: string, value = 'x') => ({ port, value });

/** All events of the runs. */
async function eventsOf(
  options: SimulationOptions,
): Promise<{ readonly events: ReadonlySet<string>; readonly crashes: number }> {
  const events = new Set<string>();
  const onRun = ({ lines }: SimulatedRun): void => {
    for (const line of lines) events.add((JSON.parse(line) as { event?: string }).event ?? '');
  };
  const inputs = [text('First.text', 'a'), text('First.text', 'b')];
  const { failure, crashes } = await simulate(chain(), { inputs, ...options, onRun });
  expect(failure?.text).toBeUndefined();
  return { events, crashes };
}

describe('simulate', () => {
  it('has asynchronous functions come back in every order', async () => {
    const orders = new Set<string>();
    const { ok } = await simulate(fan(), {
      seeds: 40,
      faults: [],
      inputs: [text('Split.text', '')],
      invariants: {
        'three texts leave': ({ outputs }) => {
          const found = outputs['Gather.text'] ?? [];
          orders.add(found.join(''));
          return found.length === 3;
        },
      },
    });
    expect(ok).toBe(true);
    expect([...orders].toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  });

  it('does the same from the same seeds, however slow the machine is at whatever', async () => {
    const options = { seeds: 8, inputs: [text('First.text'), text('First.text', 'y')] };
    const first = await simulate(chain(), options);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 7));
    onTestFinished(() => clock.mockRestore());
    const second = await simulate(chain(), options);
    expect(second).toEqual(first);
    const others = await simulate(chain(), { ...options, seed: 9 });
    expect(others.digest).not.toBe(first.digest);
  });

  it('counts the epochs of all runs, and refuses to make none', async () => {
    const { epochs } = await simulate(chain(), {
      seeds: 2,
      faults: [],
      inputs: [text('First.text')],
    });
    expect(epochs).toBe(6);
    expect((await simulate(chain(), { seeds: 2 })).epochs).toBe(0);
    await expect(simulate(chain(), { seeds: 0 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('says which of the choices given did not come up', async () => {
    const inputs = [text('First.text')];
    const run = (choices: string) => simulate(chain(), { choices, seed: 3, inputs });
    expect((await run('First.1=fails')).unmade).toEqual([]);
    expect((await run('none')).unmade).toEqual([]);
    expect((await run('First.1=fails,First.9=fails,Gone.1=fails_after')).unmade).toEqual([
      'First.9=fails',
      'Gone.1=fails_after',
    ]);
  });

  it('lets happen whatever can go wrong', async () => {
    const { events, crashes } = await eventsOf({ seeds: 40 });
    expect([...events]).toEqual(
      expect.arrayContaining([
        'AttemptStarted',
        'BatchDropped',
        'EpochFailed',
        'EpochRetryScheduled',
        'EpochTimedOut',
        'LateResult',
        'NetRecovered',
      ]),
    );
    expect(crashes).toBeGreaterThan(3);
  });

  it('lets nothing go wrong that it is not to', async () => {
    const calm = await eventsOf({ seeds: 5, faults: [] });
    expect(calm.crashes).toBe(0);
    expect(calm.events).not.toContain('EpochFailed');
    const failing = await eventsOf({ seeds: 20, faults: { failure: ['Last'] } });
    expect(failing.events).toContain('EpochFailed');
    expect(failing.events).not.toContain('EpochRetryScheduled');
  });

  it('has the process end at every action, with its last record whole or in part, and goes on', async () => {
    const inputs = [text('First.text', 'a')];
    const invariants: SimulationOptions['invariants'] = {
      'it arrives, once': ({ outputs }) => outputs['Last.text']?.join() === 'a12.',
    };
    let actions = 0;
    const base = { inputs, invariants, seeds: 1, shrinking: 0 };
    const onRun = (run: SimulatedRun): void => {
      actions = run.actions;
    };
    await simulate(chain(), { ...base, choices: 'none', onRun });
    expect(actions).toBeGreaterThan(15);
    for (let at = 1; at <= actions; at++) {
      const torn = at % 2 === 0 ? ',torn.1=1' : '';
      const choices = `crash.1=${at}${torn}`;
      const { failure, crashes } = await simulate(chain(), { ...base, choices });
      expect({ at, text: failure?.text, crashes }).toEqual({ at, text: undefined, crashes: 1 });
    }
  });

  it('waits for functions that wait for the world, and for those that never come back a while', async () => {
    const slow = defineNode({
      in: { text: 'string' },
      out: { text: 'string' },
      exec: async ({ text: given }) => {
        await new Promise((done) => setImmediate(done));
        return { text: given };
      },
    });
    const graph = flow().node('Slow', slow).outputs('Slow.text').build();
    const inputs = [text('Slow.text')];
    await expect(simulate(graph, { seeds: 5, inputs })).resolves.toMatchObject({ ok: true });
    const never = { Slow: async () => new Promise(() => undefined) };
    const { failure } = await simulate(graph, { seeds: 1, inputs, nodes: never, patience: 20 });
    expect(failure?.breach).toMatchObject({ kind: 'end', name: 'running' });
    expect(failure?.text).toContain(
      'epochs that do not end: 1; functions that do not come back: Slow (e1)',
    );
  });
});

describe('what does not hold', () => {
  const inputs = ['a', 'b', 'c', 'd', 'e'].map((value) => text('First.text', value));
  const lost: SimulationOptions = {
    inputs,
    invariants: {
      'd arrives': ({ outputs, inputs: given }) =>
        given.every(({ value }) => value !== 'd') ||
        outputs['Last.text']?.includes('d12.') === true ||
        'd did not arrive',
    },
  };

  it('is made as simple as can be: one input, and the one thing that goes wrong', async () => {
    const { ok, failure } = await simulate(chain(), { ...lost, faults: { failure: ['Second'] } });
    expect(ok).toBe(false);
    expect(failure?.inputs).toEqual([text('First.text', 'd')]);
    expect(failure?.steps).toHaveLength(1);
    expect(failure?.breach).toMatchObject({ kind: 'invariant', name: 'd arrives' });
    expect(failure?.text).toMatch(
      /^invariant d arrives: d did not arrive\nseed \d+, \d+ actions\ninputs:\n {2}First.text = "d"\nwhat leads to it:\n {2}the 1st attempt of Second fails before its work$/,
    );
  });

  it('is run again by its seed and its choices alone', async () => {
    const { failure, history } = await simulate(chain(), lost);
    if (failure === null) throw new Error('nothing was found');
    const { seed, choices } = failure;
    const again = await simulate(chain(), { ...lost, seed, choices });
    expect(again).toMatchObject({ runs: 1, history, unsteady: null });
    expect(again.failure).toMatchObject({ seed, choices });
    expect(again.failure?.found.choices).toBe(choices.split(',').length);
  });

  it('is found where the usual run does it already', async () => {
    const { runs, failure } = await simulate(chain(), {
      inputs,
      invariants: { 'nothing arrives': ({ outputs }) => outputs['Last.text']?.length === 0 },
    });
    expect({ runs, choices: failure?.inputs.length }).toEqual({ runs: 1, choices: 1 });
    expect(failure?.text).toContain('nothing out of the usual leads to it');
  });

  it('may be that an invariant throws, or resolves to what is wrong', async () => {
    for (const invariant of [
      () => {
        throw new Error('no');
      },
      async () => Promise.resolve('no'),
    ]) {
      const { failure } = await simulate(chain(), {
        inputs,
        seeds: 1,
        invariants: { it: invariant },
      });
      expect(failure?.breach).toEqual({
        kind: 'invariant',
        name: 'it',
        message: 'no',
        seq: null,
        packet: null,
      });
    }
  });

  it('may be a net that stands still with packets in it, unless it may end so', async () => {
    const join = defineNode({
      in: { left: 'string', right: 'string' },
      out: { both: 'string' },
      exec: ({ left, right }) => ({ both: left + right }),
    });
    const graph = flow().node('Join', join).outputs('Join.both').build();
    const given = { seeds: 3, inputs: [text('Join.left')] };
    const { failure } = await simulate(graph, given);
    expect(failure?.breach).toMatchObject({ kind: 'end', name: 'stuck' });
    expect(failure?.text).toContain('nonempty(right) is false');
    const allowed = await simulate(graph, { ...given, ends: ['drained', 'stuck'] });
    expect(allowed.ok).toBe(true);
  });

  it('may be a run without an end', async () => {
    const spin = defineNode({
      in: { n: 'number' },
      out: { n: 'number' },
      exec: ({ n }) => ({ n }),
    });
    const graph = flow().node('Spin', spin).edge('Spin.n', 'Spin.n').inputs('Spin.n').build();
    const { failure } = await simulate(graph, {
      seeds: 1,
      shrinking: 0,
      actions: 200,
      inputs: [{ port: 'Spin.n', value: 1 }],
    });
    expect(failure?.breach).toMatchObject({ kind: 'end', name: 'endless' });
  });

  it('may be a value that no file can keep, which a crash would lose', async () => {
    const make = defineNode({ out: { f: z.any() }, exec: () => ({ f: () => undefined }) });
    const take = defineNode({ in: { f: z.any() }, exec: async () => Promise.resolve() });
    const graph = flow().node('Make', make).node('Take', take).edge('Make.f', 'Take.f').build();
    const { failure } = await simulate(graph, { faults: ['crash'] });
    expect(failure?.breach).toMatchObject({ kind: 'recovery', name: 'RECOVERY_VALUE_MISSING' });
    expect(failure?.steps).toHaveLength(1);
  });

  it('may be a guarantee of netrun, where netrun has a defect', async () => {
    const forgetful = vi.spyOn(ValueStore.prototype, 'consume').mockReturnValue();
    onTestFinished(() => forgetful.mockRestore());
    const { failure } = await simulate(chain(), { inputs, seeds: 1 });
    expect(failure?.breach).toMatchObject({ kind: 'guarantee', name: 'G7' });
    expect(failure?.text).toContain('values are kept whose packets have ended');
  });
});

describe('what is asked for wrongly', () => {
  it.each([
    ['a number of runs that is none', { seeds: -1 }, 'OPTION_INVALID'],
    ['a fault that there is not', { faults: ['rain'] }, 'OPTION_INVALID'],
    ['a fault of a node that there is not', { faults: { failure: ['Frist'] } }, 'NODE_UNKNOWN'],
    ['a function of a node that there is not', { nodes: { Frist: () => 1 } }, 'NODE_UNKNOWN'],
    ['a configuration of none', { configs: { Frist: 1 } }, 'NODE_UNKNOWN'],
    ['an input that is none', { inputs: [text('Last.text')] }, 'PORT_NOT_INPUT'],
    ['choices that are none', { choices: 'crash' }, 'CHOICES_INVALID'],
    ['rules that are none', { rules: { it: {} } }, 'RULES_INVALID'],
  ])('%s is refused', async (_, options, code) => {
    await expect(simulate(chain(), options as SimulationOptions)).rejects.toMatchObject({ code });
  });

  it('a graph that is not valid is refused, with all its problems', async () => {
    const graph = new Graph({ nodes: [{ name: '1' }, { name: '2' }] });
    await expect(simulate(graph)).rejects.toMatchObject({ code: 'GRAPH_INVALID' });
  });
});
