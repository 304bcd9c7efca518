/** A bug in a machine: it fails the kernel at once and for good. */
import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/machines/action.ts';
import type { NetSpec, Term } from '../../src/machines/spec.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { KernelFailed } from '../../src/runtime/errors.ts';
import { act, begin, inject, namesOf, run } from './driving.ts';
import { diamond, specOf } from './graphs.ts';

/** A term that no evaluator can decide, as a bug in what makes specifications would leave one. */
const broken = { type: 'and', terms: null } as unknown as Term;

/** A diamond whose node `B` has a broken condition of that direction. */
function faulty(direction: 'inConditions' | 'outConditions'): NetSpec {
  return specOf(diamond(), (spec) => ({
    ...spec,
    nodes: spec.nodes.map((node) =>
      node.name === 'B'
        ? { ...node, [direction]: node[direction].map((one) => ({ ...one, term: broken })) }
        : node,
    ),
  }));
}

const failed: unknown = expect.objectContaining({ code: 'KERNEL_FAILED' });

function expectFailed(kernel: Kernel): void {
  const later: Action[] = [
    { type: 'CreatePacket' },
    { type: 'RunNetUntilBlocked' },
    { type: 'StopNet' },
  ];
  for (const action of later) expect(() => kernel.apply(action)).toThrow(failed);
  expect(kernel.net().lifecycle).toBe('failed');
}

describe('a machine that throws', () => {
  it('makes this apply throw, and every later one, in a node', () => {
    const kernel = createKernel(faulty('inConditions'));
    inject(kernel, 'A.in');
    run(kernel);
    inject(kernel, 'B.in');
    expect(() => kernel.apply({ type: 'RunNetUntilBlocked' })).toThrow(failed);
    expectFailed(kernel);
  });

  it('makes this apply throw, and every later one, in an input port’s delivery', () => {
    const kernel = createKernel(faulty('inConditions'));
    act(kernel, { type: 'CreatePacket' });
    const to = { type: 'Edge', from: 'A.out', to: 'B.in' } as const;
    act(kernel, { type: 'TransportPacketToLocation', packet: 'p1', to });
    expect(() => kernel.apply({ type: 'RunNetUntilBlocked' })).toThrow(failed);
    expectFailed(kernel);
  });

  it('makes this apply throw, and every later one, in an epoch', () => {
    const kernel = createKernel(faulty('outConditions'));
    const epoch = begin(kernel, 'B');
    expect(() => kernel.apply({ type: 'SendOutputSalvo', epoch, condition: 'send' })).toThrow(
      failed,
    );
    expectFailed(kernel);
  });

  it('says what went wrong, and what happened until then', () => {
    const kernel = createKernel(faulty('inConditions'));
    inject(kernel, 'A.in');
    inject(kernel, 'B.in');
    let thrown: unknown;
    try {
      run(kernel);
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof KernelFailed)) throw new Error('the kernel did not fail');
    expect(thrown.message).toContain('threw');
    expect(thrown.cause).toBeInstanceOf(Error);
    expect(thrown.hint).toContain('report');
    expect(namesOf(thrown.events)).toEqual([
      'EpochCreated',
      'InputSalvoTriggered',
      'PacketMoved',
      'NetFailed',
    ]);
  });

  it('does not spoil another kernel of the same graph', () => {
    const spec = faulty('inConditions');
    const [first, second] = [createKernel(spec), createKernel(spec)];
    inject(first, 'B.in');
    expect(() => run(first)).toThrow(failed);
    inject(second, 'A.in');
    expect(run(second)).toHaveLength(3);
  });
});
