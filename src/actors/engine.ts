/**
 * The contract between the kernel and whatever brings the machines to life.
 *
 * Invariants, which every engine keeps and the tests cite:
 *  E1  `send` returns when the message and everything it led to has been handled: an actor that is
 *      idle handles a message at once, one that is busy after what it is doing, in order of arrival.
 *  E2  What an actor emits is handed on in the order of its transitions' actions, after its snapshot
 *      has changed.
 *  E3  An actor that is opened is listened to before it starts, so that nothing it emits is missed.
 *  E4  An epoch's actor is a child of its node's, is found by its address while it lives, and is
 *      stopped and forgotten when its machine is done (G7).
 *  E5  The cost of opening and forgetting an epoch does not grow with the number of live ones.
 *  E6  A throw inside any actor reaches `onError` at once, and the net's machine as an error of its
 *      child.
 */
import type {
  AnyActorRef,
  AnyMachineSnapshot,
  InspectionEvent,
  Observer,
  StateValue,
} from 'xstate';
import type { ActorMessage, Emission } from '../machines/protocol.ts';
import type { NetSpec } from '../machines/spec.ts';

/** An actor as the kernel knows it. */
export interface Actor {
  getSnapshot(): AnyMachineSnapshot;
}

export interface ActorSystem {
  readonly net: Actor;
  node(index: number): Actor;
  /** By index of the node and of the port within the node's input ports. */
  inputPort(node: number, port: number): Actor;
  /** A live epoch's. */
  epoch(id: number): Actor | undefined;
  epochs(): IterableIterator<number>;
  send(actor: Actor, message: ActorMessage): void;
  /** An actor's state value. */
  value(actor: Actor): StateValue;
  /** An actor's context as it is, to look into before the next message: not to be kept. */
  context(actor: Actor): object;
  /** Whether the message would take a transition of the actor that does something. */
  can(actor: Actor, message: ActorMessage): boolean;
  /** XState's own view of an actor: `net`, `node:A`, `node:A/in:x`, `node:A/out:y`, `epoch:e12`. */
  ref(address: string): AnyActorRef | undefined;
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): {
    unsubscribe(): void;
  };
}

/** An actor between two actions. */
export interface ActorState {
  readonly value: StateValue;
  readonly context: object;
}

/** Every actor of a net between two actions, by address, in terms that all engines understand. */
export interface SystemSnapshot {
  readonly actors: ReadonlyMap<string, ActorState>;
  /** The live epochs, in the order they were opened, with the index of their node. */
  readonly epochs: readonly { readonly id: number; readonly node: number }[];
}

export interface EngineOptions {
  /** The actors are as they were here, and have nothing to do until they are sent something. They take over its contexts. */
  readonly snapshot?: SystemSnapshot;
  readonly onEmission: (emission: Emission) => void;
  readonly onError: (error: unknown) => void;
}

export interface Engine {
  readonly name: 'interpreted' | 'compiled';
  start(spec: NetSpec, options: EngineOptions): ActorSystem;
}
