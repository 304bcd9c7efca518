/** Rules over histories: what each form says, live and from records. */
import { describe, expect, it } from 'vitest';
import { flow } from '../../../src/dsl/builder.ts';
import { defineNode } from '../../../src/dsl/define-node.ts';
import { openHistory } from '../../../src/runtime/history/recorded-history.ts';
import { Net } from '../../../src/runtime/net.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { RuleMonitor } from '../../../src/testing/rules/rule-monitor.ts';
import { checkRules, violationLineage } from '../../../src/testing/rules/check-history.ts';
import { rulesOf } from '../../../src/testing/rules/read-rules.ts';
import type { RuleInput, ValuePattern } from '../../../src/testing/rules/rule.ts';
import { fits } from '../../../src/testing/rules/value-pattern.ts';
import { watchRules } from '../../../src/testing/rules/watch-rules.ts';
import { z } from 'zod';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const order = z.object({ id: z.number(), cents: z.number() });

/** Takes orders, ships them after `shipMs`, but for the one with the id 3, which is refunded. */
function shop(clock: HeldClock, shipMs = 0) {
  const take = defineNode({
    in: { order },
    out: { order },
    exec: ({ order: one }) => ({ order: one }),
  });
  const ship = defineNode({
    in: { order },
    out: { shipped: order, refunded: order },
    exec: async ({ order: one }) => {
      if (shipMs > 0) await new Promise<void>((done) => clock.at(clock.now() + shipMs, done));
      return one.id === 3 ? { refunded: one } : { shipped: one };
    },
  });
  return flow()
    .node('Take', take)
    .node('Ship', ship)
    .edge('Take.order', 'Ship.order')
    .outputs('Ship.shipped', 'Ship.refunded')
    .build();
}

const orders = [1, 2, 3].map((id) => ({ id, cents: id * 100 }));

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'netrun-rules-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Runs the shop to its end with a monitor; gives the messages of what is broken, live and from the file. */
async function broken(rule: RuleInput, shipMs = 0): Promise<readonly string[]> {
  const clock = new HeldClock(0);
  const historyFile = join(folder(), 'history.jsonl');
  const net = new Net(shop(clock, shipMs), { clock, logLevel: 'silent', historyFile });
  const monitor = new RuleMonitor(rulesOf({ rule }, net.graph));
  net.watch((applied) => monitor.take(applied));
  for (const one of orders) await net.inject('Take.order', one);
  const ended = net.start();
  for (let turn = 0; turn < 10; turn++)
    await clock.advance(clock.next === null ? 0 : clock.next - clock.now());
  await ended;
  await net.stop();
  monitor.end();
  const recorded = checkRules(openHistory(historyFile), { rule });
  expect(recorded.violations).toEqual(monitor.violations);
  expect({ ok: recorded.ok, unchecked: recorded.unchecked.size }).toEqual({
    ok: monitor.count === 0,
    unchecked: 0,
  });
  return monitor.violations.map(({ message }) => message);
}

describe('never', () => {
  it('finds a packet with a value at a port, and nothing else', async () => {
    const value = { cents: { '>': 200 } };
    await expect(broken({ never: { port: 'Ship.shipped', value } })).resolves.toEqual([]);
    await expect(broken({ never: { port: 'Ship.order', value } })).resolves.toEqual([
      'there may never be a packet with {"cents":{">":200}} at Ship.order; there is packet p6 with {"id":3,"cents":300} at Ship.order',
    ]);
  });

  it('finds an event, an action, and either of a node', async () => {
    await expect(broken({ never: { event: 'EpochFailed' } })).resolves.toEqual([]);
    await expect(broken({ never: { event: 'NetStopped' } })).resolves.toHaveLength(1);
    const started = { event: 'StartEpoch', node: 'Ship' };
    await expect(broken({ never: started })).resolves.toEqual([
      'there may never be StartEpoch of Ship; there is StartEpoch of Ship e4',
      'there may never be StartEpoch of Ship; there is StartEpoch of Ship e5',
      'there may never be StartEpoch of Ship; there is StartEpoch of Ship e6',
    ]);
    const any = [{ event: 'EpochFailed' }, { port: 'Ship.refunded' }];
    await expect(broken({ never: { any } })).resolves.toHaveLength(1);
  });
});

describe('always', () => {
  it('holds of the value of every packet at a port', async () => {
    const when = { port: 'Take.order' };
    await expect(broken({ when, always: { cents: { '>=': 100 } } })).resolves.toEqual([]);
    const found = await broken({ when, always: { id: { '==': [1, 2] } } });
    expect(new Set(found)).toEqual(
      new Set([
        'packet p3 with {"id":3,"cents":300} at Take.order is not {"id":{"==":[1,2]}}',
        'packet p6 with {"id":3,"cents":300} at Take.order is not {"id":{"==":[1,2]}}',
      ]),
    );
  });

  it('may be a function, in code', async () => {
    const always = (value: { readonly id: number }) => value.id < 3;
    await expect(broken({ when: { port: 'Ship.shipped' }, always })).resolves.toEqual([]);
    await expect(broken({ when: { port: 'Ship.order' }, always })).resolves.toHaveLength(1);
  });
});

describe('leads to', () => {
  const when = { port: 'Ship.order' };
  const done = { any: [{ port: 'Ship.shipped' }, { port: 'Ship.refunded' }] };

  it('pairs what comes with what it came from, by a field of both values', async () => {
    await expect(broken({ when, leadsTo: done, same: 'id' })).resolves.toEqual([]);
    const shipped = { port: 'Ship.shipped' };
    await expect(broken({ when, leadsTo: shipped, same: 'id' })).resolves.toEqual([
      'packet p6 with {"id":3,"cents":300} at Ship.order was not followed by a packet at Ship.shipped',
    ]);
    // Without it one that comes is enough for all before it, and nothing comes after the last.
    await expect(broken({ when, leadsTo: shipped })).resolves.toEqual([]);
  });

  it('pairs by epoch', async () => {
    const started = { event: 'EpochStarted', node: 'Ship' };
    const finished = { event: 'EpochFinished' };
    await expect(broken({ when: started, leadsTo: finished, same: 'epoch' })).resolves.toEqual([]);
    const sent = { port: 'Ship.shipped' };
    await expect(broken({ when: started, leadsTo: sent, same: 'epoch' })).resolves.toEqual([
      'EpochStarted of Ship e6 was not followed by a packet at Ship.shipped',
    ]);
  });

  it('comes within so many seconds of the run', async () => {
    const rule = { when, leadsTo: done, same: 'id' };
    await expect(broken({ ...rule, withinSeconds: 0.3 }, 300)).resolves.toEqual([]);
    await expect(broken({ ...rule, withinSeconds: 0.299 }, 300)).resolves.toHaveLength(3);
  });

  it('comes within so many records', async () => {
    const rule = { when: { event: 'NetStarted' }, leadsTo: { event: 'NodeStarted' } };
    await expect(broken({ ...rule, withinEvents: 2 })).resolves.toEqual([]);
    await expect(broken({ ...rule, withinEvents: 1 })).resolves.toEqual([
      'NetStarted was not followed by NodeStarted within 1 records',
    ]);
  });
});

describe('values', () => {
  it.each<[value: unknown, pattern: ValuePattern, fit: boolean]>([
    [1, 1, true],
    [1, '1', false],
    [null, null, true],
    ['abc', { '~': '^a' }, true],
    ['bc', { '~': '^a' }, false],
    [5, { '>': 1, '<': 6 }, true],
    [5, { '>': 1, '<': 5 }, false],
    ['b', { '>=': 'a', '<=': 'b' }, true],
    ['5', { '>': 1 }, false],
    [undefined, { '>': 1 }, false],
    ['x', { '==': ['x', 'y'] }, true],
    ['z', { '!=': ['x', 'y'] }, true],
    [{ a: { b: 1 } }, { a: { b: 1 } }, true],
    [{ a: { b: 1, c: 2 } }, { a: { b: { '!=': 2 } } }, true],
    [{ a: 1 }, { b: 1 }, false],
    [new Map([['a', 1]]), { a: 1 }, true],
    [new Date(0), { '<': '1971' }, true],
    [{ constructor: 1 }, { toString: 'x' }, false],
  ])('%o and %o: %o', (value, pattern, fit) => {
    expect(fits(value, pattern)).toBe(fit);
  });

  it('that nobody knows are counted, and nothing is said of them', async () => {
    const clock = new HeldClock(0);
    const historyFile = join(folder(), 'history.jsonl');
    const net = new Net(shop(clock), { clock, historyFile, historyValues: 'hash' });
    await net.inject('Take.order', orders[0]);
    await net.start();
    await net.stop();
    const rules = { ids: { when: { port: 'Take.order' }, always: { id: 7 } } };
    const { ok, count, unchecked } = checkRules(openHistory(historyFile), rules);
    expect({ ok, count, unchecked: [...unchecked] }).toEqual({
      ok: false,
      count: 0,
      unchecked: [['ids', 2]],
    });
  });
});

it('what breaks a rule is traced back to where it comes from', async () => {
  const net = new Net(shop(new HeldClock(0)), { clock: new HeldClock(0) });
  await net.inject('Take.order', orders[2]);
  await net.start();
  await net.stop();
  const { violations } = checkRules(net.history, { none: { never: { port: 'Ship.refunded' } } });
  const [violation] = violations;
  if (violation === undefined) throw new Error('nothing was found');
  expect(violationLineage(net.history, violation)).toMatch(
    /p3 .*Ship[^]*p2 .*Take[^]*p1 .*outside/,
  );
});

describe('watchRules', () => {
  async function watched(rules: Record<string, RuleInput>, shipMs = 0) {
    const clock = new HeldClock(0);
    const net = new Net(shop(clock, shipMs), { clock, logLevel: 'silent' });
    const actor = watchRules(net, rules, { clock });
    for (const one of orders) await net.inject('Take.order', one);
    const ended = net.start();
    return { clock, net, actor, ended };
  }

  it('pauses the net as soon as a rule is broken, before anything more is started', async () => {
    const rules = { two: { never: { port: 'Take.order', value: { id: 2 } } } };
    const { net, actor, ended, clock } = await watched({
      two: { never: { port: 'Ship.order', value: rules.two.never.value } },
    });
    await clock.advance(0);
    await expect(ended).resolves.toMatchObject({ state: 'paused' });
    expect(actor.getSnapshot()).toMatchObject({
      value: 'broken',
      context: { refusal: null, violation: { rule: 'two', packet: 'p5' } },
    });
    const records = [...net.history];
    const paused = records.findIndex(
      (record) => record.type === 'action' && record.action === 'PauseNet',
    );
    expect(records[paused]).toMatchObject({
      reason: expect.stringMatching(/^rule two is broken: there may never be .* p5 with/) as string,
    });
    const later = records.slice(paused).filter(({ type }) => type === 'action');
    expect(later.some((record) => 'action' in record && record.action === 'StartEpoch')).toBe(
      false,
    );
    actor.stop();
    await net.stop();
  });

  it('holds while no rule is broken, and tells nothing once it was ended', async () => {
    const { net, actor, ended, clock } = await watched({
      none: { never: { event: 'EpochFailed' } },
    });
    await clock.advance(0);
    await expect(ended).resolves.toMatchObject({ state: 'blocked', blocked: 'drained' });
    expect(actor.getSnapshot().value).toBe('holding');
    actor.stop();
    await net.stop();
  });

  it('knows when something has not come in time, though nothing happens', async () => {
    const { net, actor, clock, ended } = await watched(
      {
        quick: {
          when: { port: 'Ship.order' },
          leadsTo: { port: 'Ship.shipped' },
          withinSeconds: 1,
        },
      },
      60_000,
    );
    await clock.advance(1000);
    expect(actor.getSnapshot().value).toBe('holding');
    await clock.advance(1);
    expect(actor.getSnapshot()).toMatchObject({
      value: 'broken',
      context: { violation: { rule: 'quick' } },
    });
    expect(net.status().state).toBe('pausing');
    await clock.advance(60_000);
    await expect(ended).resolves.toMatchObject({ state: 'paused' });
    await net.stop();
  });

  it('judges what has no bound when the net is stopped, which cannot be paused any more', async () => {
    const { net, actor, ended, clock } = await watched({
      all: { when: { port: 'Ship.order' }, leadsTo: { port: 'Ship.shipped' }, same: 'id' },
    });
    await clock.advance(0);
    await ended;
    expect(actor.getSnapshot().value).toBe('holding');
    await net.stop();
    expect(actor.getSnapshot()).toMatchObject({
      value: 'broken',
      context: { violation: { rule: 'all', packet: 'p6' } },
    });
    expect(actor.getSnapshot().context.refusal).toBeInstanceOf(Error);
  });
});

it('a rule that is broken before the net is started pauses it as soon as it is', async () => {
  const clock = new HeldClock(0);
  const net = new Net(shop(clock), { clock, logLevel: 'silent' });
  const actor = watchRules(net, { two: { never: { port: 'Take.order', value: { id: 2 } } } });
  for (const one of orders) await net.inject('Take.order', one);
  expect(actor.getSnapshot()).toMatchObject({ value: 'broken' });
  await expect(net.start()).resolves.toMatchObject({ state: 'paused' });
  expect(net.status().counts.epochs.started).toBe(0);
  actor.stop();
  await net.stop();
});
