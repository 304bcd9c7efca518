/** The matchers hold where they should, and say what is wrong where they do not. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Assertion, describe, expect, expectTypeOf, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { Net } from '../../src/runtime/net.ts';
import { Replay } from '../../src/runtime/replay/replay.ts';
import { openHistory } from '../../src/runtime/history/recorded-history.ts';
import { firstDifference, matchingHistory } from '../../src/testing/matchers/history-matcher.ts';
import { type TestNet, testNet } from '../../src/testing/index.ts';
import '../../src/testing/vitest.ts';
import { mapping, node } from '../runtime/nets.ts';

const graph = (options = {}) =>
  new Graph({
    nodes: [node('A', ['in'], ['out'], options), node('B', ['left', 'right'], ['out'])],
    edges: [{ from: 'A.out', to: 'B.left' }],
    inputs: ['A.in', 'B.right'],
    outputs: ['B.out'],
  });

/** A net in which A has sent 10 and 20, and B waits for its other input. */
async function stuck(): Promise<TestNet> {
  const t = testNet(graph(), { nodes: { A: mapping((value: number) => value * 10), B: 'held' } });
  await t.inject('A.in', 1);
  await t.inject('A.in', 2);
  await t.untilBlocked();
  return t;
}

/** What a matcher says where it does not hold. */
function failureOf(assert: () => unknown): string {
  try {
    assert();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it holds');
}

describe('toBeBlocked', () => {
  it('holds for the kind of block, or any', async () => {
    const t = await stuck();
    expect(t).toBeBlocked('stuck');
    expect(t).toBeBlocked();
    expect(t).not.toBeBlocked('drained');
    expect(t.net).toBeBlocked('stuck');
  });

  it('says why the net is blocked in another way', async () => {
    const t = await stuck();
    const told = failureOf(() => expect(t).toBeBlocked('drained'));
    expect(told).toMatch(/expected the net to be blocked \(drained\), and it is blocked \(stuck\)/);
    expect(told).toMatch(/missing: 1 more at B.right/);
    expect(failureOf(() => expect(t).not.toBeBlocked())).toMatch(/not to be blocked/);
  });

  it('says what a net waits for that is not blocked', async () => {
    const t = await stuck();
    await t.inject('B.right', 1);
    expect(t).not.toBeBlocked();
    expect(failureOf(() => expect(t).toBeBlocked('stuck'))).toMatch(
      /and it is running\n\n.*\n {2}e3 of B waits for the test/,
    );
    expect(new Net(graph())).not.toBeBlocked();
  });
});

describe('toHaveSent', () => {
  it('compares all values in order, also with asymmetric matchers', async () => {
    const t = await stuck();
    expect(t).toHaveSent('A.out', [10, 20]);
    expect(t).toHaveSent('A.out', [expect.any(Number), 20]);
    expect(t).toHaveSent('B.out', []);
    expect(t).not.toHaveSent('A.out', [20, 10]);
  });

  it('shows the difference, and how the net stands', async () => {
    const t = await stuck();
    const told = failureOf(() => expect(t).toHaveSent('A.out', [10, 21]));
    expect(told).toMatch(/expected A\.out to have sent other values[^]*- {3}21[^]*\+ {3}20/);
    expect(told).toMatch(/net blocked/);
    expect(failureOf(() => expect(t).not.toHaveSent('A.out', [10, 20]))).toMatch(
      /not to have sent \[ 10, 20 \]/,
    );
    expect(() => expect(t).toHaveSent('A.oat', [])).toThrow(/A\.oat is not an output port/);
  });

  it('knows a copy, which is another packet of the same value, and what was destroyed', async () => {
    const copying = new Graph({
      nodes: [node('A', ['in'], ['out']), node('B', ['in'], []), node('C', ['in'], [])],
      edges: [
        { from: 'A.out', to: 'B.in' },
        { from: 'A.out', to: 'C.in' },
      ],
    });
    const t = testNet(copying, { nodes: 'held', onError: 'continue' });
    await t.inject('A.in', 1);
    await t.epoch('A').succeed('once');
    await t.epoch('B').fail();
    expect(await t.epoch('C').inputs()).toEqual({ in: ['once'] });
    expect(t).toHaveSent('A.out', ['once']);
  });
});

describe('toHaveEpochs', () => {
  it('counts the epochs that were opened, or those of a kind', async () => {
    const t = await stuck();
    expect(t).toHaveEpochs({ A: 2, B: 0 });
    expect(t).toHaveEpochs({ A: { finished: 2, failed: 0 } });
    expect(t).not.toHaveEpochs({ A: 2, B: 1 });
  });

  it('shows all counts of the nodes asked for', async () => {
    const t = await stuck();
    expect(failureOf(() => expect(t).toHaveEpochs({ A: { failed: 1 }, B: 0 }))).toMatch(
      /A: 2 opened, 2 started, 2 finished, expected 1 failed\n {2}B: 0 opened\n/,
    );
    expect(() => expect(t).toHaveEpochs({ C: 1 })).toThrow(/the graph has no node C/);
  });
});

describe('toHaveVisited', () => {
  it('tells of every actor, also of epochs that have ended', async () => {
    const t = testNet(graph({ rateLimitPerSecond: 1 }), { nodes: 'held' });
    await t.inject('A.in', 1);
    await t.epoch('A').succeed(1);
    expect(t).toHaveVisited('node:A', 'gate.throttled', 'service.up');
    expect(t).toHaveVisited('net', 'lifecycle.running');
    expect(t).toHaveVisited('node:A/in:in', 'partial');
    expect(t).toHaveVisited('epoch:e1', 'running.attempting', 'finished');
    expect(t).toHaveVisited('node:A/epoch', 'finished');
    expect(t).not.toHaveVisited('node:A/epoch', 'failed');
    expect(t).not.toHaveVisited('node:B', 'gate.throttled');
  });

  it('lists where it has been, and knows what there is not', async () => {
    const t = await stuck();
    expect(failureOf(() => expect(t).toHaveVisited('node:A', 'gate.throttled'))).toMatch(
      /expected node:A to have been in gate\.throttled; it has been in\n {2}intake\n/,
    );
    expect(() => expect(t).not.toHaveVisited('node:A', 'gate.throtled')).toThrow(
      /node:A has no state gate\.throtled/,
    );
    expect(() => expect(t).toHaveVisited('node:X', 'gate')).toThrow(
      /there has been no actor node:X/,
    );
  });
});

describe('toMatchHistory', () => {
  it('compares with the file that a run of this version has recorded', async () => {
    expect(await stuck()).toMatchHistory('recorded/stuck.jsonl');
  });

  it('writes a file that is missing, which is a history that can be replayed', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'netrun-history-')), 'deep', 'run.jsonl');
    const t = await stuck();
    expect(matchingHistory(t, file, 'none', false).pass).toBe(false);
    expect(existsSync(file)).toBe(false);
    expect(matchingHistory(t, file, 'new', false).pass).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(t.historyText());
    expect(new Replay(openHistory(file)).verify()).toMatchObject({ isWhole: true, rejected: 0 });
  });

  it('writes anew what differs where it is told to, and says what differs where not', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'netrun-history-')), 'run.jsonl');
    const t = await stuck();
    writeFileSync(file, t.historyText().replace('"value":2', '"value":3'));
    const { pass, message } = matchingHistory(t, file, 'new', false);
    expect(pass).toBe(false);
    expect(message()).toMatch(/line 5 is the first that differs[^]*that is\n {4}values: /);
    expect(matchingHistory(t, file, 'all', true).pass).toBe(false);
    expect(matchingHistory(t, file, 'all', false).pass).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(t.historyText());
    expect(matchingHistory(t, `${file}.none`, 'all', true)).toMatchObject({ pass: true });
    expect(existsSync(`${file}.none`)).toBe(false);
  });

  it('shows where one history goes on and the other ends', () => {
    const told = firstDifference('{"a":1}\n', '{"a":1}\n{"b":{"c":1}}\n');
    expect(told).toBe(
      'line 2 is the first that differs\n    {"a":1}\n  - (the end)\n  + {"b":{"c":1}}',
    );
    expect(firstDifference('{"b":{"c":1}}\n', '{"b":{"c":2}}\n')).toMatch(
      /that is\n {4}b\.c: expected 1, received 2$/,
    );
    expect(firstDifference('x\n', 'x\n')).toBeNull();
  });
});

describe('the matchers', () => {
  it('are typed', () => {
    expectTypeOf<Assertion<TestNet>['toBeBlocked']>().toBeCallableWith('stuck');
    expectTypeOf<Assertion<TestNet>['toBeBlocked']>().parameter(0).not.toExtend<string>();
    expectTypeOf<Assertion<TestNet>['not']['toMatchHistory']>().toBeCallableWith('run.jsonl');
    // @ts-expect-error a kind of block that there is not
    expect(() => expect({}).toBeBlocked('jammed')).toThrow(/takes a net/);
  });

  it('say what they take', () => {
    expect(() => expect(5).toBeBlocked()).toThrow(/toBeBlocked takes a net, not number/);
    expect(() => expect(new Net(graph())).toHaveSent('A.out', [])).toThrow(
      /takes a net under test/,
    );
  });
});
