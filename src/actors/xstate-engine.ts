/** The interpreted engine: every actor is XState's own, real parents and real children. */
import {
  type Actor as XStateActor,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
} from 'xstate';
import { createNetMachine } from '../machines/net.machine.ts';
import {
  type Emission,
  type EpochInput,
  epochAddress,
  inputAddress,
  netAddress,
} from '../machines/protocol.ts';
import type { NetSpec } from '../machines/spec.ts';
import type { Actor, ActorSystem, Engine, EngineOptions } from './engine.ts';
import { type NodePlan, planTree } from './tree.ts';

type LiveActor = XStateActor<AnyStateMachine>;

/** Opens epochs: actors whose parent is the node, outside its record of children (E4, E5). */
class EpochTable {
  readonly #live = new Map<number, LiveActor>();
  readonly #listen: (actor: AnyActorRef) => void;

  constructor(listen: (actor: AnyActorRef) => void) {
    this.#listen = listen;
  }

  open(plan: NodePlan, parent: AnyActorRef, input: EpochInput): void {
    const address = epochAddress(input.id);
    const actor: LiveActor = createActor(plan.epochMachine as AnyStateMachine, {
      parent,
      id: address,
      systemId: address,
      input,
    });
    this.#live.set(input.id, actor);
    this.#listen(actor);
    actor.subscribe({ complete: () => this.#live.delete(input.id), error: () => undefined });
    actor.start();
  }

  get(id: number): LiveActor | undefined {
    return this.#live.get(id);
  }

  ids(): IterableIterator<number> {
    return this.#live.keys();
  }
}

function startSystem(spec: NetSpec, { onEmission, onError }: EngineOptions): ActorSystem {
  const plan = planTree(spec);
  /** XState reports what a listener throws later and elsewhere: it is a bug here and now (E6). */
  const guarded = (handle: (emission: Emission) => void) => (emission: { type: string }) => {
    try {
      handle(emission as Emission);
    } catch (error) {
      onError(error);
    }
  };
  const listen = (actor: AnyActorRef) => {
    actor.on('*', guarded(onEmission));
  };
  const epochs = new EpochTable(listen);
  const net = createActor(createNetMachine(spec) as AnyStateMachine, {
    id: netAddress,
    systemId: netAddress,
    input: {
      nodes: plan.map((node) => ({
        id: node.address,
        logic: node.machine,
        input: node.input,
      })),
    },
  });
  const { system } = net;
  const known = (address: string): AnyActorRef => {
    const found: AnyActorRef | undefined = system.get(address);
    if (found === undefined) throw new Error(`no actor at ${address}`);
    return found;
  };
  const nodes = plan.map((node) => known(node.address));
  const ports = plan.map(({ spec: { name, inPorts } }) =>
    inPorts.map((port) => known(inputAddress(name, port.name))),
  );
  for (const [at, actor] of nodes.entries()) {
    const node = plan[at];
    if (node === undefined) continue;
    const open = guarded((emission) => {
      if (emission.type === 'epoch.open') epochs.open(node, actor, emission.input);
      else onEmission(emission);
    });
    actor.on('*', open);
    actor.subscribe({ error: () => undefined });
  }
  for (const actor of [net, ...ports.flat()]) {
    listen(actor);
    actor.subscribe({ error: actor === net ? onError : () => undefined });
  }
  for (const { address, input } of plan) {
    for (const { port } of input.outputs) {
      const actor = known(`${address}/out:${port}`);
      listen(actor);
      actor.subscribe({ error: () => undefined });
    }
  }
  net.start();
  const at = <T>(list: readonly T[], index: number): T => {
    const found = list[index];
    if (found === undefined) throw new Error(`no actor in place ${index}`);
    return found;
  };
  const asActor = (actor: unknown) => actor as Actor & { getSnapshot(): AnyMachineSnapshot };
  return {
    net: asActor(net),
    node: (index) => asActor(at(nodes, index)),
    inputPort: (node, port) => asActor(at(at(ports, node), port)),
    epoch: (id) => {
      const found = epochs.get(id);
      return found === undefined ? undefined : asActor(found);
    },
    epochs: () => epochs.ids(),
    ref: (address) => system.get(address) as AnyActorRef | undefined,
    inspect: (observer) => system.inspect(observer),
  };
}

/** XState's interpreter: slow, and right by definition. */
export const interpretedEngine: Engine = { name: 'interpreted', start: startSystem };
