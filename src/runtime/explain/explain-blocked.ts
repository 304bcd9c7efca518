/**
 * Why a net stands still: what each node waits for, who would have to deliver it, and what could be
 * done first.
 */
import type { AnyMachineSnapshot } from 'xstate';
import type { EpochId } from '../../machines/action.ts';
import { nodeAddress } from '../../machines/protocol.ts';
import { isFull, takenInAll, termHolds } from '../../machines/salvo.ts';
import type { InConditionSpec, NetSpec, NodeSpec } from '../../machines/spec.ts';
import type {
  BlockExplanation,
  ConditionExplanation,
  FirstStep,
  NodeExplanation,
  PortExplanation,
} from './explanation.ts';
import { explanationText } from './explanation-text.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { atomsOf, lackOf } from './missing-packets.ts';
import { counted } from '../counted-noun.ts';

export interface ExplainWorld {
  readonly spec: NetSpec;
  readonly kernel: Kernel;
  readonly state: string;
  /** Ports that face the outside, `Node.port`. */
  readonly inputs: readonly string[];
  /** Injected values that wait, by `Node.port`. */
  readonly waitingInputs: ReadonlyMap<string, number>;
}

/** First steps shown at most. */
const maxSteps = 20;

class Explainer {
  readonly #world: ExplainWorld;
  /** Output ports that deliver to each input port, by `Node.port`. */
  readonly #sources = new Map<string, string[]>();
  readonly #startable = new Map<string, EpochId[]>();

  constructor(world: ExplainWorld) {
    this.#world = world;
    const { spec, kernel } = world;
    for (const edge of spec.edges) {
      const to = this.#ref(edge.to.node, 'inPorts', edge.to.port);
      const from = this.#ref(edge.from.node, 'outPorts', edge.from.port);
      const sources = this.#sources.get(to);
      if (sources === undefined) this.#sources.set(to, [from]);
      else sources.push(from);
    }
    for (const epoch of kernel.startableEpochs()) {
      const { node } = kernel.epoch(epoch);
      const epochs = this.#startable.get(node);
      if (epochs === undefined) this.#startable.set(node, [epoch]);
      else epochs.push(epoch);
    }
  }

  explain(): BlockExplanation {
    const { spec, kernel, state } = this.#world;
    const { blocked } = kernel.net();
    const nodes = spec.nodes.map((node) => this.#node(node));
    const steps = nodes.flatMap((node) => this.#steps(node));
    if (blocked === 'drained') steps.push(...this.#inputSteps());
    const explanation = { blocked, state, nodes, firstSteps: steps.slice(0, maxSteps) };
    return { ...explanation, text: explanationText(explanation) };
  }

  #node(node: NodeSpec): NodeExplanation {
    const ports = node.inPorts.map((port): PortExplanation => {
      const ref = `${node.name}.${port.name}`;
      const packets = this.#world.kernel.packetsAt({
        type: 'InputPort',
        node: node.name,
        port: port.name,
      });
      const behind = (this.#sources.get(ref) ?? [])
        .map((from) => ({
          from,
          packets: this.#world.kernel.packetsAt({ type: 'Edge', from, to: ref }),
        }))
        .filter((edge) => edge.packets.length > 0);
      return {
        name: port.name,
        packets,
        slots: port.slots,
        full: isFull(packets.length, port.slots),
        behind,
        waitingInputs: this.#world.waitingInputs.get(ref) ?? 0,
      };
    });
    return {
      node: node.name,
      gate: this.#world.kernel.gate(node.name),
      held: this.#isHeld(node),
      ports,
      conditions: node.inConditions.map((condition) => this.#condition(node, ports, condition)),
      startable: this.#startable.get(node.name) ?? [],
    };
  }

  #isHeld(node: NodeSpec): boolean {
    const snapshot = this.#world.kernel.actor(nodeAddress(node.name))?.getSnapshot() as
      | AnyMachineSnapshot
      | undefined;
    return snapshot?.matches({ intake: 'held' }) ?? false;
  }

  #condition(
    node: NodeSpec,
    ports: readonly PortExplanation[],
    condition: InConditionSpec,
  ): ConditionExplanation {
    const counts = ports.map(({ packets }) => packets.length);
    const slots = ports.map((port) => port.slots);
    const holds = termHolds(condition.term, counts, slots);
    const takes = takenInAll(condition.takes, counts);
    const lack = new Map(lackOf(condition.term, counts, slots));
    const firstTake = condition.takes[0];
    if (holds && takes === 0 && firstTake !== undefined) lack.set(firstTake.port, 1);
    return {
      name: condition.name,
      when: condition.when,
      holds,
      takes,
      atoms: atomsOf(condition.term).map((atom) => {
        const port = ports[atom.port]?.name ?? '';
        const text =
          atom.type === 'count' ? `count(${port}) ${atom.op} ${atom.n}` : `${atom.type}(${port})`;
        return {
          text,
          holds: termHolds(atom, counts, slots),
          port,
          count: counts[atom.port] ?? 0,
          slots: slots[atom.port] ?? null,
        };
      }),
      missing: [...lack].map(([port, packets]) => {
        const ref = `${node.name}.${ports[port]?.name}`;
        return { port: ref, packets, from: this.#sources.get(ref) ?? [] };
      }),
    };
  }

  #steps(node: NodeExplanation): FirstStep[] {
    const steps: FirstStep[] = [];
    for (const epoch of node.startable) {
      if (!/ (service\.|gate\.exhausted)/.test(node.gate)) break;
      steps.push({
        action: { type: 'CancelEpoch', epoch, reason: `held by ${node.gate}` },
        why: `${epoch} of ${node.node} cannot start (${node.gate}): cancelling it lets the rest of the net end`,
      });
    }
    const waiting = node.ports.flatMap((port) =>
      port.packets.map((packet) => [port.name, packet] as const),
    );
    if (waiting.length === 0) return steps;
    const nearest = this.#nearestCondition(node);
    for (const { port, packets } of nearest?.missing ?? []) {
      if (packets <= 0) continue;
      steps.push({
        action: { type: 'InjectPacket', port },
        why: `${node.node} lacks ${counted(packets, 'packet')} at ${port} for its condition ${nearest?.name}`,
      });
    }
    const verb = waiting.length === 1 ? 'waits' : 'wait';
    steps.push({
      action: { type: 'CreateEpoch', node: node.node, salvo: waiting },
      why: `the ${counted(waiting.length, 'packet')} that ${verb} at ${node.node} can be made an epoch whatever its conditions say`,
    });
    return steps;
  }

  /** The condition that lacks the fewest packets, and could be helped by more of them. */
  #nearestCondition(node: NodeExplanation): ConditionExplanation | undefined {
    const total = (condition: ConditionExplanation): number =>
      condition.missing.reduce((sum, { packets }) => sum + packets, 0);
    const isFullAt = (ref: string): boolean =>
      node.ports.some((port) => `${node.node}.${port.name}` === ref && port.full);
    return node.conditions
      .filter(
        ({ missing }) =>
          missing.length > 0 &&
          missing.every(({ packets, port }) => packets > 0 && !isFullAt(port)),
      )
      .sort((a, b) => total(a) - total(b))[0];
  }

  #inputSteps(): FirstStep[] {
    return this.#world.inputs.map((port) => ({
      action: { type: 'InjectPacket', port },
      why: `nothing is left to do: the net waits for input, such as at ${port}`,
    }));
  }

  #ref(node: number, side: 'inPorts' | 'outPorts', port: number): string {
    const spec = this.#world.spec.nodes[node];
    return `${spec?.name}.${spec?.[side][port]?.name}`;
  }
}

/** Explains how the net stands. Takes time in proportion to the net and the packets in it. */
export function explainBlocked(world: ExplainWorld): BlockExplanation {
  return new Explainer(world).explain();
}
