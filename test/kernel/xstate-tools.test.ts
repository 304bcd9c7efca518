/** Plain XState tools on the actors of a kernel. */
import { describe, expect, it } from 'vitest';
import { type AnyActorRef, type InspectionEvent, isMachineSnapshot, waitFor } from 'xstate';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import { act, inject, kernelOf, pass, run, started } from './driving.ts';
import { diamond, single } from './graphs.ts';

function actor(kernel: Kernel, address: string): AnyActorRef {
  const found = kernel.actor(address);
  if (found === undefined) throw new Error(`no actor at ${address}`);
  return found;
}

/** Whether an actor's state matches. */
function matches(kernel: Kernel, address: string, state: unknown): boolean {
  const snapshot: unknown = actor(kernel, address).getSnapshot();
  return isMachineSnapshot(snapshot) && snapshot.matches(state);
}

describe('an actor', () => {
  it('is found by its address while it lives', () => {
    const kernel = kernelOf(diamond());
    const addresses = ['net', 'node:A', 'node:A/in:in', 'node:A/out:out', 'node:D/in:right'];
    for (const address of addresses) expect(kernel.actor(address), address).toBeDefined();
    const nowhere = ['', 'node:X', 'node:A/in:out', 'epoch:e1', 'epoch:1'];
    for (const address of nowhere) expect(kernel.actor(address), address).toBeUndefined();
  });

  it('of an epoch can be waited for until it is finished', async () => {
    const kernel = kernelOf(single());
    inject(kernel, 'A.in');
    run(kernel);
    const finished = waitFor(actor(kernel, 'epoch:e1'), (snapshot: unknown) =>
      isMachineSnapshot(snapshot) ? snapshot.matches('finished') : false,
    );
    pass(kernel, 'e1');
    const last: unknown = await finished;
    expect(last).toMatchObject({ status: 'done', value: 'finished' });
  });

  it('can be subscribed to', () => {
    const kernel = kernelOf(single());
    inject(kernel, 'A.in');
    run(kernel);
    const states: unknown[] = [];
    let completed = false;
    actor(kernel, 'epoch:e1').subscribe({
      next: (snapshot: { value: unknown }) => states.push(snapshot.value),
      complete: () => {
        completed = true;
      },
    });
    act(kernel, { type: 'StartEpoch', epoch: 'e1' });
    act(kernel, { type: 'FinishEpoch', epoch: 'e1', unconsumed: 'destroy' });
    expect(states).toEqual([{ running: 'attempting' }, 'finished']);
    expect(completed).toBe(true);
  });

  it('shows its state', () => {
    const kernel = started(kernelOf(single({ maxParallelEpochs: 1 })), ['A']);
    expect(matches(kernel, 'net', { lifecycle: 'running' })).toBe(true);
    expect(matches(kernel, 'node:A', { service: 'up', gate: 'open' })).toBe(true);
    expect(matches(kernel, 'node:A/in:in', 'empty')).toBe(true);
    inject(kernel, 'A.in', 2);
    expect(matches(kernel, 'node:A/in:in', 'partial')).toBe(true);
    run(kernel);
    expect(matches(kernel, 'epoch:e1', 'startable')).toBe(true);
    act(kernel, { type: 'StartEpoch', epoch: 'e1' });
    expect(matches(kernel, 'node:A', { gate: 'saturated' })).toBe(true);
    expect(matches(kernel, 'epoch:e1', { running: 'attempting' })).toBe(true);
    expect(matches(kernel, 'epoch:e1', 'running')).toBe(true);
  });

  it('has the parent and the system that the design says', () => {
    const kernel = kernelOf(single());
    act(kernel, { type: 'CreateEpoch', node: 'A' });
    const parents: [string, string][] = [
      ['node:A', 'net'],
      ['node:A/in:in', 'node:A'],
      ['node:A/out:out', 'node:A'],
      ['epoch:e1', 'node:A'],
    ];
    for (const [child, parent] of parents) {
      expect(actor(kernel, child)._parent, child).toBe(actor(kernel, parent));
      expect(actor(kernel, child).system).toBe(actor(kernel, 'net').system);
    }
  });
});

describe('inspection', () => {
  it('shows every actor, event and snapshot', () => {
    const kernel = kernelOf(single());
    const list: InspectionEvent[] = [];
    kernel.inspect((event) => list.push(event));
    inject(kernel, 'A.in');
    run(kernel);
    const addresses = ['net', 'node:A', 'node:A/in:in', 'node:A/out:out', 'epoch:e1'];
    const actors = addresses.map((address) => actor(kernel, address));
    pass(kernel, 'e1');
    for (const type of ['@xstate.actor', '@xstate.event', '@xstate.snapshot'] as const) {
      const seen = new Set(list.flatMap((event) => (event.type === type ? [event.actorRef] : [])));
      expect(
        addresses.filter((_, at) => !seen.has(actors[at] as AnyActorRef)),
        `without ${type}`,
      ).toEqual([]);
    }
  });

  it('tells an observer that comes late of the actors that are there', () => {
    const kernel = kernelOf(single());
    act(kernel, { type: 'CreateEpoch', node: 'A' });
    const list: InspectionEvent[] = [];
    kernel.inspect({ next: (event) => list.push(event) });
    const told = list.map(({ actorRef }) => actorRef);
    const addresses = ['net', 'node:A', 'node:A/in:in', 'node:A/out:out', 'epoch:e1'];
    expect(told).toEqual(addresses.map((address) => kernel.actor(address)));
  });

  it('ends when the observer has had enough', () => {
    const kernel = kernelOf(single());
    const list: InspectionEvent[] = [];
    const subscription = kernel.inspect((event) => list.push(event));
    subscription.unsubscribe();
    list.length = 0;
    inject(kernel, 'A.in');
    expect(list).toEqual([]);
  });

  it('changes nothing of what a kernel does', () => {
    const [watched, alone] = [kernelOf(diamond()), kernelOf(diamond())];
    watched.inspect(() => undefined);
    for (const kernel of [watched, alone]) {
      inject(kernel, 'A.in', 3);
      run(kernel);
      for (const epoch of kernel.startableEpochs()) pass(kernel, epoch);
      run(kernel);
    }
    expect(watched.snapshot()).toEqual(alone.snapshot());
  });
});
