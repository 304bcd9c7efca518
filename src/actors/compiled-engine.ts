/**
 * The compiled engine: every actor runs its machine's compiled form.
 *
 * Owns: the epochs' actors, from their opening until they are done; what nets of one spec share.
 */
import type { AnyActorRef, AnyStateMachine, InspectionEvent, Observer, StateValue } from 'xstate';
import { limits } from '../limits.ts';
import { createNetMachine } from '../machines/net.machine.ts';
import {
  type ActorMessage,
  type Emission,
  epochAddress,
  epochAt,
  inputAddress,
  netAddress,
  outputAddress,
} from '../machines/protocol.ts';
import type { NetSpec } from '../machines/spec.ts';
import type { CompiledActorOptions } from './compiled/actor-options.ts';
import { CompiledActor } from './compiled/actor.ts';
import type { CompiledSystem } from './compiled/system.ts';
import { compileMachine } from './compiled/compile-machine.ts';
import type { Watcher } from './compiled/observers.ts';
import { programOf } from './compiled/programs.ts';
import { CounterTable } from './counter-table.ts';
import type { Actor, ActorSystem, Engine, EngineOptions } from './engine.ts';
import { itemAt } from './item-at.ts';
import { type NodePlan, planTree } from './tree.ts';
import { persistedEpoch, persistedNet } from './xstate-persistence.ts';

type Logic = ReturnType<typeof compileMachine>;

type ActorMaker = (options: CompiledActorOptions, input?: unknown) => CompiledActor;

/** Makes the actors of one machine. */
function actorsOf(machine: AnyStateMachine): ActorMaker {
  const logic: Logic = compileMachine(machine, { reuseContexts: true });
  const program = programOf(logic);
  if (program === undefined) throw new Error(`machine ${machine.id} was not compiled`);
  return (options, input) => new CompiledActor(logic, program, options, input);
}

/** The tree of a spec, and its machines compiled, which keep no state. */
interface CompiledSpec {
  readonly plan: readonly NodePlan[];
  readonly makeNet: ActorMaker;
  /** Makes the epochs of each node. */
  readonly makeEpoch: readonly ActorMaker[];
}

const compiledSpecs = new WeakMap<NetSpec, CompiledSpec>();

/** The latest specs by their text: a run that is gone through again, or on with, has a spec of its own. */
const latestSpecs = new Map<string, CompiledSpec>();

/** Compiled once, however many nets are made from the spec or from one that is equal. */
function compiledSpec(spec: NetSpec): CompiledSpec {
  const known = compiledSpecs.get(spec);
  if (known !== undefined) return known;
  const text = JSON.stringify(spec);
  const compiled = latestSpecs.get(text) ?? newlyCompiled(spec);
  compiledSpecs.set(spec, compiled);
  latestSpecs.delete(text);
  if (text.length <= limits.compiledSpecChars) latestSpecs.set(text, compiled);
  for (const oldest of latestSpecs.keys()) {
    if (latestSpecs.size <= limits.compiledSpecs) break;
    latestSpecs.delete(oldest);
  }
  return compiled;
}

function newlyCompiled(spec: NetSpec): CompiledSpec {
  const plan = planTree(spec);
  const makers = new Map<object, ActorMaker>();
  const makeEpoch = plan.map(({ epochMachine }) => {
    const make = makers.get(epochMachine) ?? actorsOf(epochMachine as AnyStateMachine);
    makers.set(epochMachine, make);
    return make;
  });
  const makeNet = actorsOf(createNetMachine(spec) as AnyStateMachine);
  return { plan, makeNet, makeEpoch };
}

class CompiledSystemOfNet implements ActorSystem {
  readonly net: Actor;
  readonly #net: CompiledActor;
  readonly #nodes: readonly CompiledActor[];
  readonly #inputs: readonly (readonly CompiledActor[])[];
  readonly #outputs: readonly (readonly CompiledActor[])[];
  readonly #epochs = new CounterTable<CompiledActor>();
  readonly #options: EngineOptions;

  constructor(spec: NetSpec, options: EngineOptions) {
    this.#options = options;
    const { snapshot } = options;
    const { plan, makeNet, makeEpoch } = compiledSpec(spec);
    const nodes = plan.map(({ address, machine, input }) => ({
      id: address,
      logic: machine,
      input,
    }));
    this.#net = makeNet({
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
    const openings = this.#watchNodes(makeEpoch);
    (this.#net.system as CompiledSystem).directory = {
      get: (address) => this.#epochs.get(epochAt(address))?.asRef,
      all: () =>
        [...this.epochs()].flatMap((id) => {
          const ref = this.#epochs.get(id)?.asRef;
          return ref === undefined ? [] : [[epochAddress(id), ref] as const];
        }),
    };
    this.#net.start();
    for (const { id, node } of snapshot?.epochs ?? []) {
      openings[node]?.(id, persistedEpoch(snapshot ?? noEpochs, id));
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
    return this.#epochs.counters().values();
  }

  send(actor: Actor, message: ActorMessage): void {
    const compiled = actor as unknown as CompiledActor;
    if (compiled.isWatched) compiled.send(message);
    else compiled._send(message);
  }

  value(actor: Actor): StateValue {
    return (actor as unknown as CompiledActor).value;
  }

  context(actor: Actor): object {
    return (actor as unknown as CompiledActor).context as object;
  }

  can(actor: Actor, message: ActorMessage): boolean {
    return (actor as unknown as CompiledActor).can(message);
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
  #watchNodes(makers: readonly ActorMaker[]): ((id: number, snapshot: object) => void)[] {
    return makers.map((makeEpoch, at) => {
      const parent = itemAt(this.#nodes, at);
      const options = {
        parent: parent.asRef,
        id: 'epoch',
        addressOf: ({ input }: { readonly input: unknown }) => epochAddress(idOf(input)),
        watcher: this.#watcher(this.#options.onEmission, (actor) => {
          this.#epochs.delete(idOf((actor as CompiledActor).context));
        }),
      };
      const open = (id: number, actor: CompiledActor): void => {
        this.#epochs.set(id, actor);
        actor.start();
      };
      parent.watcher = this.#watcher((emission) => {
        if (emission.type === 'epoch.open') {
          open(emission.input.id, makeEpoch(options, emission.input));
        } else this.#options.onEmission(emission);
      });
      return (id, snapshot) =>
        open(id, makeEpoch({ ...options, addressOf: () => epochAddress(id), snapshot }));
    });
  }
}

/** Of an epoch's input, or of its context. */
const idOf = (of: unknown): number => (of as { readonly id: number }).id;

const noEpochs = { actors: new Map(), epochs: [] };

const asActor = (actor: CompiledActor): Actor => actor as unknown as Actor;

/** The same machines as the interpreted engine's, with the same history. */
export const compiledEngine: Engine = {
  name: 'compiled',
  start: (spec, options) => new CompiledSystemOfNet(spec, options),
};
