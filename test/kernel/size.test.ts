/** Large nets and many packets: nothing gets lost, and a hop costs what it costs in a small net. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { EpochId, PacketId } from '../../src/machines/action.ts';
import type { Kernel } from '../../src/runtime/kernel/kernel.ts';
import type { Allocation } from './allocation.ts';
import { act, inject, kernelOf, outside, pass, run, started } from './driving.ts';
import { chain, diamond } from './graphs.ts';
import { queue, walk } from './hops.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Messages that actors get during a hop. */
function messages(kernel: Kernel, hop: () => void): string[] {
  const seen: string[] = [];
  const subscription = kernel.inspect((inspected) => {
    if (inspected.type === '@xstate.event') seen.push(inspected.event.type);
  });
  hop();
  subscription.unsubscribe();
  return seen;
}

describe('a diamond fed with 2,000 packets at once', () => {
  it('never pairs wrong partners, and loses none', () => {
    const count = 2000;
    const kernel = kernelOf(diamond());
    inject(kernel, 'A.in', count);
    const salvos = new Map<EpochId, readonly PacketId[]>();
    for (run(kernel); kernel.startableEpochs().length > 0; run(kernel)) {
      for (const epoch of kernel.startableEpochs()) {
        const { node, inSalvo } = kernel.epoch(epoch);
        if (node === 'D') {
          const [left, right] = inSalvo.packets;
          salvos.set(epoch, [left?.[1] ?? 'p0', right?.[1] ?? 'p0']);
          expect(kernel.packet(right?.[1] ?? 'p0').copyOf).toBe(left?.[1]);
        }
        pass(kernel, epoch);
      }
    }
    expect(salvos.size).toBe(count);
    const originals = Array.from({ length: count }, (_, at) => `p${at + 1}`);
    expect(kernel.packetsAt(outside)).toEqual(originals);
    expect(kernel.net()).toMatchObject({ inside: 0, running: 0, startable: 0 });
  });
});

describe('a chain of 10,000 nodes', () => {
  it('is built, started, and carries a packet from end to end', () => {
    const length = 10_000;
    const graph = chain(length);
    const kernel = started(
      kernelOf(graph),
      graph.nodes.map(({ name }) => name),
    );
    expect(kernel.net().lifecycle).toBe('running');
    inject(kernel, 'N0.in');
    for (let at = 0; at < length; at++) {
      run(kernel);
      const [epoch, ...others] = kernel.startableEpochs();
      expect(others).toEqual([]);
      expect(epoch).toBe(`e${at + 1}`);
      pass(kernel, epoch ?? 'e0');
    }
    expect(kernel.packetsAt(outside)).toEqual(['p1']);
    act(kernel, { type: 'StopNet' });
    expect(kernel.net().lifecycle).toBe('stopped');
  });
});

describe('the work of a hop', () => {
  it('is fourteen messages, from the edge to the edge', () => {
    const { kernel, hop } = walk(4);
    hop();
    expect(messages(kernel, hop)).toEqual([
      'edge.serve',
      'port.arrived',
      'port.took',
      'xstate.init',
      'node.tally',
      'flow.ran',
      'epoch.start',
      'epoch.started',
      'node.tally',
      'epoch.commit',
      'salvo.route',
      'edge.put',
      'xstate.done.actor.epoch',
      'node.tally',
    ]);
  });

  it('is the same messages in a graph of 10 nodes and of 1,000', () => {
    const [small, large] = [10, 1000].map((nodes) => {
      const { kernel, hop } = walk(nodes);
      hop();
      return messages(kernel, hop);
    });
    expect(small?.length).toBeGreaterThan(5);
    expect(large).toEqual(small);
  });

  it('is the same messages with 10 packets waiting and with 10,000', () => {
    const [few, many] = [10, 10_000].map((waiting) => {
      const { kernel, hop } = queue(waiting);
      hop();
      return messages(kernel, hop);
    });
    expect(few?.length).toBeGreaterThan(5);
    expect(many).toEqual(few);
  });

  it('allocates the same bytes, whatever the size of the net and of the queue', () => {
    const printed = execFileSync(
      process.execPath,
      [
        '--expose-gc',
        // Code that is optimised beside it, sooner or later, allocates otherwise.
        '--no-opt',
        '--min-semi-space-size=128',
        '--max-semi-space-size=128',
        path('../../node_modules/jiti/lib/jiti-cli.mjs'),
        path('./allocation.ts'),
      ],
      { encoding: 'utf8' },
    );
    const { nodes, waiting } = JSON.parse(printed) as Allocation;
    for (const { few, many } of [nodes, waiting]) {
      expect(few).toBeGreaterThan(1000);
      expect(many / few).toBeLessThan(1.1);
      expect(many / few).toBeGreaterThan(0.9);
    }
  });
});
