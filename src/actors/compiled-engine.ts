/**
 * The compiled engine: every actor runs its machine's compiled form.
 *
 * Owns: the epochs' actors, from their opening until they are done.
 */
import type { AnyActorRef, AnyStateMachine, InspectionEvent, Observer } from 'xstate';
import { createNetMachine } from '../machines/net.machine.ts';
import {
  type Emission,
  epochAddress,
  inputAddress,
  netAddress,
  outputAddress,
} from '../machines/protocol.ts';
import type { NetSpec } from '../machines/spec.ts';
import type { CompiledActorOptions } from './compiled/actor-options.ts';
import { CompiledActor } from './compiled/actor.ts';
import { compileMachine } from './compiled/compile-machine.ts';
import type { Watcher } from './compiled/observers.ts';
import { NumberTable } from './compiled/probing-table.ts';
import { programOf } from './compiled/programs.ts';
import type { Actor, ActorSystem, Engine, EngineOptions } from './engine.ts';
import { itemAt } from './item-at.ts';
import { type NodePlan, planTree } from './tree.ts';
import { persistedEpoch, persistedNet } from './xstate-persistence.ts';

type Logic = ReturnType<typeof compileMachine>;

/** Makes the actors of one machine. */
function actorsOf(machine: AnyStateMachine): (options: CompiledActorOptions) => CompiledActor {
  const logic: Logic = compileMachine(machine);
  const program = programOf(logic);
  if (program === undefined) throw new Error(`machine ${machine.id} was not compiled`);
  return (options) => new CompiledActor(logic, program, options);
}

class CompiledSystemOfNet implements ActorSystem {
  readonly net: Actor;
  readonly #net: CompiledActor;
  readonly #nodes: readonly CompiledActor[];
  readonly #inputs: readonly (readonly CompiledActor[])[];
  readonly #outputs: readonly (readonly CompiledActor[])[];
  readonly #epochs = new NumberTable<CompiledActor>();
  readonly #options: EngineOptions;

  constructor(spec: NetSpec, options: EngineOptions) {
    this.#options = options;
    const { snapshot } = options;
    const plan = planTree(spec);
    const nodes = plan.map(({ address, machine, input }) => ({
      id: address,
      logic: machine,
      input,
    }));
    this.#net = actorsOf(createNetMachine(spec) as AnyStateMachine)({
      id: netAddress,
      systemId: netAddress,
      input: { nodes },
      watcher: this.#watcher(options.onEmission),
      ...(snapshot === undefined ? {} : { snapshot: persistedNet(plan, snapshot) }),
    });
    this.net = asActor(this.#net);
    this.#nodes = plan.map((node) => this.#known(node.address));
    this.#inputs = spec.nodes.map(({ name, inPorts }) =>
      inPorts.map((port) => this.#known(inputAddress(name, port.name))),
    );
    this.#outputs = spec.nodes.map(({ name, outPorts }) =>
      outPorts.map((port) => this.#known(outputAddress(name, port.name))),
    );
    const ofPorts = this.#watcher(options.onEmission);
    for (const port of [...this.#inputs.flat(), ...this.#outputs.flat()]) port.watcher = ofPorts;
    const openings = this.#watchNodes(plan);
    this.#net.start();
    for (const { id, node } of snapshot?.epochs ?? []) {
      openings[node]?.(id, { snapshot: persistedEpoch(snapshot ?? noEpochs, id) });
    }
  }

  node(index: number): Actor {
    return asActor(itemAt(this.#nodes, index));
  }

  inputPort(node: number, port: number): Actor {
    return asActor(itemAt(itemAt(this.#inputs, node), port));
  }

  epoch(id: number): Actor | undefined {
    const actor = this.#epochs.get(id);
    return actor === undefined ? undefined : asActor(actor);
  }

  /** Ids go up with every opening. */
  epochs(): IterableIterator<number> {
    const ids = this.#epochs.entries().map(([id]) => id);
    return ids.toSorted((a, b) => a - b).values();
  }

  ref(address: string): AnyActorRef | undefined {
    return this.#net.system.get(address);
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
    const epochs = [...this.epochs()].flatMap((id) => this.#epochs.get(id) ?? []);
    for (const actor of [this.#net, ...statics, ...epochs]) {
      tell?.({ type: '@xstate.actor', actorRef: actor.asRef, rootId: this.#net.sessionId });
    }
    return this.#net.system.inspect(observer);
  }

  #known(address: string): CompiledActor {
    const found: unknown = this.ref(address);
    if (!(found instanceof CompiledActor)) throw new Error(`no actor at ${address}`);
    return found;
  }

  /** What a listener throws is a bug at once (E6). */
  #watcher(
    onEmission: (emission: Emission) => void,
    onDone: (actor: object) => void = () => undefined,
  ): Watcher {
    const { onError } = this.#options;
    return {
      emitted: (event) => {
        try {
          onEmission(event as Emission);
        } catch (error) {
          onError(error);
        }
      },
      failed: onError,
      completed: onDone,
    };
  }

  /** How each node's epochs are opened: actors whose parent is the node, outside its record of children (E3, E4, E5). */
  #watchNodes(plan: readonly NodePlan[]): ((id: number, origin: CompiledActorOptions) => void)[] {
    const makers = new Map<object, (options: CompiledActorOptions) => CompiledActor>();
    return plan.map((node, at) => {
      const parent = itemAt(this.#nodes, at);
      let make = makers.get(node.epochMachine);
      if (make === undefined) {
        make = actorsOf(node.epochMachine as AnyStateMachine);
        makers.set(node.epochMachine, make);
      }
      const makeEpoch = make;
      const watcher = this.#watcher(this.#options.onEmission, (actor) => {
        this.#epochs.delete(((actor as CompiledActor).getSnapshot().context as { id: number }).id);
      });
      const open = (id: number, origin: CompiledActorOptions): void => {
        const actor = makeEpoch({
          parent: parent.asRef,
          id: 'epoch',
          systemId: epochAddress(id),
          watcher,
          ...origin,
        });
        this.#epochs.set(id, actor);
        actor.start();
      };
      parent.watcher = this.#watcher((emission) => {
        if (emission.type === 'epoch.open') open(emission.input.id, { input: emission.input });
        else this.#options.onEmission(emission);
      });
      return open;
    });
  }
}

const noEpochs = { actors: new Map(), epochs: [] };

const asActor = (actor: CompiledActor): Actor => actor as unknown as Actor;

/** The same machines as the interpreted engine's, with the same history. */
export const compiledEngine: Engine = {
  name: 'compiled',
  start: (spec, options) => new CompiledSystemOfNet(spec, options),
};
