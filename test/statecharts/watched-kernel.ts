/** A kernel whose statecharts' moves are written into a book, and also the questions put to its gates. */
import type { GraphInput } from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import type { Action, Answer } from '../../src/machines/action.ts';
import { nodeAddress } from '../../src/machines/protocol.ts';
import type { NetSpec } from '../../src/machines/spec.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { readInspection, transitionsOfQuestion } from '../../src/testing/microsteps.ts';
import type { StatechartBook } from './statechart-book.ts';

const question = { type: 'epoch.admit' } as const;

/** Writes down how the net, and where it agrees the node, answer whether an epoch may start. */
function noteQuestion(kernel: Kernel, book: StatechartBook, node: string): void {
  for (const address of ['net', nodeAddress(node)]) {
    const actor = kernel.actor(address);
    if (actor === undefined) return;
    for (const transition of transitionsOfQuestion(actor, question)) {
      book.onTransition(address, transition);
    }
    if ((actor.getSnapshot() as { can(event: typeof question): boolean }).can(question)) continue;
    return;
  }
}

/** The node whose gate an action asks before anything else. */
function askedNode(kernel: Kernel, action: Action): string | undefined {
  if (action.type === 'CreateAndStartEpoch') return action.node;
  if (action.type !== 'StartEpoch') return undefined;
  const known = kernel.startableEpochs().includes(action.epoch);
  return known ? kernel.epoch(action.epoch).node : undefined;
}

/** A kernel of the graph, or of the spec, watched from its first move on. */
export function watchedKernel(source: GraphInput | NetSpec, book: StatechartBook): Kernel {
  const kernel = createKernel('mode' in source ? source : new Graph(source));
  kernel.inspect((event) => readInspection(event, book));
  return {
    apply(action: Action): Answer {
      const node = askedNode(kernel, action);
      if (node !== undefined) noteQuestion(kernel, book, node);
      return kernel.apply(action);
    },
    gate(node: string): string {
      noteQuestion(kernel, book, node);
      return kernel.gate(node);
    },
    packet: (id) => kernel.packet(id),
    epoch: (id) => kernel.epoch(id),
    packetsAt: (location) => kernel.packetsAt(location),
    countAt: (location) => kernel.countAt(location),
    epochs: () => kernel.epochs(),
    startableEpochs: () => kernel.startableEpochs(),
    net: () => kernel.net(),
    snapshot: () => kernel.snapshot(),
    actor: (address) => kernel.actor(address),
    inspect: (observer) => kernel.inspect(observer),
  };
}
