/** Where the kernel says that packets are, however often it is asked. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import type { Answer, KernelEvent, Location, PacketId } from '../../src/machines/action.ts';
import { type Kernel, type PacketView, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { act, begin, create, inject, kernelOf, outside, pass, run } from './driving.ts';
import { chain, diamond } from './graphs.ts';
import { anyGraph, choices } from './random-nets.ts';
import { Trial } from './trial.ts';

/** The places of packets as events tell of them; null = dead. */
class Told {
  readonly places = new Map<PacketId, Location | null>();
  readonly copies = new Map<PacketId, PacketId>();

  follow(answer: Answer): void {
    if (answer.ok) for (const event of answer.events) this.#follow(event);
  }

  #follow(event: KernelEvent): void {
    if (event.event === 'PacketCreated') {
      const { packet, epoch, copyOf } = event;
      this.places.set(packet, epoch === undefined ? outside : { type: 'Node', epoch });
      if (copyOf !== undefined) this.copies.set(packet, copyOf);
    } else if (event.event === 'PacketMoved') this.places.set(event.packet, event.to);
    else if (event.event === 'PacketConsumed' || event.event === 'PacketDestroyed')
      this.places.set(event.packet, null);
  }

  view(id: PacketId): PacketView | null {
    const location = this.places.get(id) ?? null;
    const copyOf = this.copies.get(id);
    return location === null ? null : { id, location, ...(copyOf === undefined ? {} : { copyOf }) };
  }
}

function looked(kernel: Kernel, id: PacketId): PacketView | null {
  try {
    return kernel.packet(id);
  } catch (error) {
    expect(error).toMatchObject({ code: 'PACKET_NOT_FOUND' });
    return null;
  }
}

function expectAsTold(kernel: Kernel, told: Told): void {
  for (const id of told.places.keys()) expect(looked(kernel, id)).toEqual(told.view(id));
}

describe('the place of a packet', () => {
  it('is what its events say, at whatever actions somebody asks for it', () => {
    const asks = fc.array(fc.boolean(), { minLength: 1 });
    fc.assert(
      fc.property(anyGraph, choices, asks, (graph, list, when) => {
        const spec = new Graph(graph).toSpec();
        const trial = new Trial(spec);
        for (const choice of list) trial.take(choice);
        const kernel = createKernel(spec);
        const told = new Told();
        for (const [at, action] of trial.actions.entries()) {
          told.follow(kernel.apply(action));
          if (when[at % when.length] === true) expectAsTold(kernel, told);
        }
        expectAsTold(kernel, told);
        expect(kernel.snapshot().copies).toEqual(trial.kernel.snapshot().copies);
      }),
      { seed: 20250211, numRuns: 30 },
    );
  });

  it('is found again after thousands of events in which nobody asked', () => {
    const kernel = kernelOf(diamond());
    const told = new Told();
    const first = inject(kernel, 'A.in')[0] ?? 'p0';
    told.places.set(first, { type: 'InputPort', node: 'A', port: 'in' });
    for (let round = 0; round < 3; round++) {
      expectAsTold(kernel, told);
      for (let packet = 0; packet < 150; packet++) {
        told.follow(act(kernel, { type: 'InjectPacket', port: 'A.in' }));
        told.follow(act(kernel, { type: 'RunNetUntilBlocked', max: 3 }));
        for (const epoch of kernel.startableEpochs().slice(1)) told.follow(pass(kernel, epoch));
      }
    }
    expect(told.places.size).toBeGreaterThan(800);
    expect(told.copies.size).toBeGreaterThan(100);
    expectAsTold(kernel, told);
  });

  it('in the middle of an action is where the packet was, or one of those that it comes to', () => {
    const kernel = kernelOf(chain(3));
    inject(kernel, 'N0.in');
    run(kernel);
    const [epoch] = kernel.startableEpochs();
    if (epoch === undefined) throw new Error('no epoch is there to run');
    const before = kernel.packet('p1').location;
    const seen = new Set<string>();
    const watching = kernel.inspect(() => seen.add(JSON.stringify(kernel.packet('p1'))));
    const { events } = pass(kernel, epoch);
    watching.unsubscribe();
    const moves = events.flatMap((event) => (event.event === 'PacketMoved' ? [event.to] : []));
    const after = moves.at(-1);
    expect(kernel.packet('p1').location).toEqual(after);
    const possible = [before, ...moves].map((location) => JSON.stringify({ id: 'p1', location }));
    expect([...seen].filter((place) => !possible.includes(place))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
  });

  it('is known after a machine has failed', () => {
    const spec = new Graph(diamond()).toSpec();
    const broken = { type: 'and', terms: null } as never;
    const nodes = spec.nodes.map((node) =>
      node.name === 'B'
        ? { ...node, outConditions: node.outConditions.map((one) => ({ ...one, term: broken })) }
        : node,
    );
    const kernel = createKernel({ ...spec, nodes });
    const epoch = begin(kernel, 'B');
    const packet = create(kernel, epoch);
    expect(() => kernel.apply({ type: 'SendOutputSalvo', epoch, condition: 'send' })).toThrow(
      expect.objectContaining({ code: 'KERNEL_FAILED' }),
    );
    expect(kernel.packet(packet).location).toEqual({ type: 'Node', epoch });
  });
});
