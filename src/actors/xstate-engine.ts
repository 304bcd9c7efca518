/**
 * The interpreted engine: every actor is XState's own, real parents and real children.
 *
 * Owns: the epochs' actors, from their opening until they are done.
 */
import {
  type Actor as XStateActor,
  type ActorOptions,
  type AnyActorRef,
  type AnyStateMachine,
  type InspectionEvent,
  type Observer,
  type Snapshot,
  type StateValue,
  createActor,
} from 'xstate';
import { createNetMachine } from '../machines/net.machine.ts';
import {
  type ActorMessage,
  type Emission,
  type EpochInput,
  epochAddress,
  inputAddress,
  netAddress,
  outputAddress,
} from '../machines/protocol.ts';
import type { NetSpec } from '../machines/spec.ts';
import type { Actor, ActorSystem, Engine, EngineOptions } from './engine.ts';
import { itemAt } from './item-at.ts';
import { type NodePlan, planTree } from './tree.ts';
import { persistedEpoch, persistedNet } from './xstate-persistence.ts';

type LiveActor = XStateActor<AnyStateMachine>;

class XStateSystem implements ActorSystem {
  readonly net: LiveActor;
  readonly #nodes: readonly LiveActor[];
  readonly #inputs: readonly (readonly LiveActor[])[];
  readonly #outputs: readonly (readonly LiveActor[])[];
  readonly #epochs = new Map<number, LiveActor>();
  readonly #options: EngineOptions;

  constructor(spec: NetSpec, options: EngineOptions) {
    this.#options = options;
    const { snapshot } = options;
    const plan = planTree(spec);
    this.net = createActor(createNetMachine(spec) as AnyStateMachine, {
      id: netAddress,
      systemId: netAddress,
      input: {
        nodes: plan.map(({ address, machine, input }) => ({ id: address, logic: machine, input })),
      },
      ...(snapshot === undefined ? {} : { snapshot: persistedNet(plan, snapshot) }),
    });
    this.#nodes = plan.map((node) => this.#known(node.address));
    this.#inputs = spec.nodes.map(({ name, inPorts }) =>
      inPorts.map((port) => this.#known(inputAddress(name, port.name))),
    );
    this.#outputs = spec.nodes.map(({ name, outPorts }) =>
      outPorts.map((port) => this.#known(outputAddress(name, port.name))),
    );
    this.#listen(this.net, options.onEmission);
    for (const [at, node] of plan.entries()) {
      const actor = itemAt(this.#nodes, at);
      this.#listen(actor, (emission) => {
        if (emission.type === 'epoch.open') {
          this.#open(node, actor, emission.input.id, { input: emission.input });
        } else options.onEmission(emission);
      });
    }
    for (const port of [...this.#inputs.flat(), ...this.#outputs.flat()]) {
      this.#listen(port, options.onEmission);
    }
    this.net.start();
    if (snapshot === undefined) return;
    for (const { id, node } of snapshot.epochs) {
      const persisted = persistedEpoch(snapshot, id);
      this.#open(itemAt(plan, node), itemAt(this.#nodes, node), id, { snapshot: persisted });
    }
  }

  node(index: number): Actor {
    return itemAt(this.#nodes, index);
  }

  inputPort(node: number, port: number): Actor {
    return itemAt(itemAt(this.#inputs, node), port);
  }

  epoch(id: number): Actor | undefined {
    return this.#epochs.get(id);
  }

  epochs(): IterableIterator<number> {
    return this.#epochs.keys();
  }

  send(actor: Actor, message: ActorMessage): void {
    (actor as LiveActor).send(message);
  }

  value(actor: Actor): StateValue {
    return actor.getSnapshot().value as StateValue;
  }

  context(actor: Actor): object {
    return actor.getSnapshot().context as object;
  }

  can(actor: Actor, message: ActorMessage): boolean {
    return actor.getSnapshot().can(message);
  }

  ref(address: string): AnyActorRef | undefined {
    return this.net.system.get(address) as AnyActorRef | undefined;
  }

  /** Who comes late is told of the actors that are there already, parents first. */
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): {
    unsubscribe(): void;
  } {
    const tell = typeof observer === 'function' ? observer : observer.next?.bind(observer);
    const statics = this.#nodes.flatMap((node, at) => [
      node,
      ...itemAt(this.#inputs, at),
      ...itemAt(this.#outputs, at),
    ]);
    for (const actorRef of [this.net, ...statics, ...this.#epochs.values()]) {
      tell?.({ type: '@xstate.actor', actorRef, rootId: this.net.sessionId });
    }
    return this.net.system.inspect(observer);
  }

  #known(address: string): LiveActor {
    const found = this.ref(address);
    if (found === undefined) throw new Error(`no actor at ${address}`);
    return found as LiveActor;
  }

  /** XState reports what a listener throws later and elsewhere: here it is a bug at once (E6). */
  #listen(
    actor: LiveActor,
    onEmission: (emission: Emission) => void,
    onDone: () => void = () => undefined,
  ): void {
    // One subscription for both: XState throws, later, for each that has no `error`.
    actor.subscribe({ error: this.#options.onError, complete: onDone });
    actor.on('*', (emission) => {
      try {
        onEmission(emission);
      } catch (error) {
        this.#options.onError(error);
      }
    });
  }

  /**
   * An actor whose parent is the node, outside the node's record of children (E3, E4, E5). All have
   * one id: it is part of the type of the event that tells the parent of the end, and XState keeps
   * what it finds out about an event's type for ever.
   */
  #open(
    plan: NodePlan,
    parent: AnyActorRef,
    id: number,
    origin: { readonly input: EpochInput } | { readonly snapshot: Snapshot<unknown> },
  ): void {
    const actor: LiveActor = createActor(
      plan.epochMachine as AnyStateMachine,
      {
        parent,
        id: 'epoch',
        systemId: epochAddress(id),
        ...origin,
      } as ActorOptions<AnyStateMachine>,
    );
    this.#epochs.set(id, actor);
    this.#listen(actor, this.#options.onEmission, () => this.#epochs.delete(id));
    actor.start();
  }
}

/** XState's interpreter: slow, and right by definition. */
export const interpretedEngine: Engine = {
  name: 'interpreted',
  start: (spec, options) => new XStateSystem(spec, options),
};
