/** The short cut of the actions' check accepts nothing that the schemas refuse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionSchemas } from '../../src/runtime/kernel/action-check.ts';
import { isUsualAction } from '../../src/runtime/kernel/usual-action.ts';

const usualActions = [
  { type: 'RunNetUntilBlocked', max: 16 },
  { type: 'InjectPacket', port: 'A.in' },
  { type: 'StartEpoch', epoch: 'e1' },
  { type: 'ConsumePacket', packet: 'p12' },
  { type: 'CreatePacket', epoch: 'e3' },
  { type: 'LoadPacketIntoOutputPort', packet: 'p1', port: 'out' },
  { type: 'SendOutputSalvo', epoch: 'e3', condition: 'send' },
  { type: 'FinishEpoch', epoch: 'e3' },
  { type: 'FinishEpoch', epoch: 'e3', unconsumed: 'destroy' },
  { type: 'RunNetUntilBlocked', max: 16, queued: 2 },
  { type: 'RunNetUntilBlocked' },
  { type: 'CommitEpoch', epoch: 'e3', operations: [], unconsumed: 'error' },
  {
    type: 'CommitEpoch',
    epoch: 'e3',
    operations: [
      { type: 'ConsumePacket', packet: 'p3' },
      { type: 'CreatePacket' },
      { type: 'LoadPacketIntoOutputPort', packet: '#0', port: 'out' },
      { type: 'SendOutputSalvo', condition: 'send' },
    ],
  },
] as const;

const key = fc.constantFrom(
  'type',
  'now',
  'max',
  'queued',
  'unconsumed',
  'packet',
  'epoch',
  'port',
  'condition',
);
const values: readonly unknown[] = [
  'p1',
  'p20',
  'p0',
  'p01',
  'p',
  'p1x',
  'e7',
  'e0',
  'e',
  'e1 ',
  '#0',
  '#',
  '#01',
  '',
  'in',
  0,
  16,
  -1,
  1.5,
  2 ** 53,
  Number.NaN,
  null,
  undefined,
  'CreatePacket',
  'Record',
  'error',
  'StopNet',
];
const value = fc.constantFrom(...values);
const changes = fc.array(fc.tuple(key, value, fc.option(fc.nat({ max: 3 }))), { maxLength: 2 });

/** A usual action with some fields set to something else, in itself or in one of its operations. */
const changed = fc
  .tuple(fc.constantFrom(...usualActions), changes)
  .map(([usual, list]): Record<string, unknown> => {
    const action: Record<string, unknown> = { ...structuredClone(usual), now: 5 };
    for (const [name, to, at] of list) {
      const operations = action['operations'] as Record<string, unknown>[] | undefined;
      const target = at === null ? undefined : operations?.[at];
      (target ?? action)[name] = to;
    }
    return action;
  });

describe('an action of the usual form', () => {
  it('is one that its schema accepts', () => {
    let usual = 0;
    fc.assert(
      fc.property(changed, (given) => {
        if (!isUsualAction(given)) return;
        usual += 1;
        expect(actionSchemas.get(String(given['type']))?.safeParse(given).error).toBeUndefined();
      }),
      { numRuns: 20_000, seed: 1 },
    );
    expect(usual).toBeGreaterThan(1000);
  });

  it.each(usualActions)('$type is one', (usual) => {
    expect(isUsualAction(usual)).toBe(true);
    expect(isUsualAction({ ...usual, now: 5 })).toBe(true);
    expect(isUsualAction({ ...usual, now: -1 })).toBe(false);
    expect(isUsualAction({ ...usual, now: 5, more: 1 })).toBe(false);
  });

  it('has every operation of its list', () => {
    const operations: unknown[] = [{ type: 'CreatePacket' }];
    operations.length = 2;
    const sparse = { type: 'CommitEpoch', epoch: 'e3', operations };
    expect(isUsualAction(sparse)).toBe(false);
    expect(actionSchemas.get('CommitEpoch')?.safeParse(sparse).success).toBe(false);
  });
});
