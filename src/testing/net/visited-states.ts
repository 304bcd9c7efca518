/** The states that the actors of a net have been in, in the order in which each was first entered. */
import type { AnyStateMachine, AnyStateNode, InspectionEvent } from 'xstate';
import { readInspection } from '../microsteps.ts';

/** The paths of all states of a machine, in document order. */
function pathsOf(machine: AnyStateMachine): string[] {
  const paths: string[] = [];
  const visit = (state: AnyStateNode): void => {
    if (state.path.length > 0) paths.push(state.path.join('.'));
    Object.values(state.states).forEach(visit);
  };
  visit(machine.root);
  return paths;
}

export class VisitedStates {
  readonly #states = new Map<string, Set<string>>();
  readonly #machines = new Map<string, AnyStateMachine>();

  /** Takes an inspection event of a net. */
  read(event: InspectionEvent): void {
    // The actors of epochs share their id: it is in the system that they have their own.
    const { systemId } = event.actorRef as { systemId?: string };
    readInspection(event, {
      onMachine: (id, machine) => {
        this.#machines.set(systemId ?? id, machine);
      },
      onTransition: () => undefined,
      onState: (id, path) => {
        const address = systemId ?? id;
        let states = this.#states.get(address);
        if (states === undefined) this.#states.set(address, (states = new Set()));
        states.add(path.join('.'));
      },
    });
  }

  /** Addresses of actors that have been, in order. */
  addresses(): readonly string[] {
    return [...this.#states.keys()];
  }

  /** States by their path, `gate.throttled`, that any of these actors has been in. */
  of(addresses: readonly string[]): readonly string[] {
    return [...new Set(addresses.flatMap((address) => [...(this.#states.get(address) ?? [])]))];
  }

  /** States that any of these actors could be in. */
  possible(addresses: readonly string[]): readonly string[] {
    const machines = new Set(addresses.map((address) => this.#machines.get(address)));
    return [...new Set([...machines].flatMap((machine) => (machine ? pathsOf(machine) : [])))];
  }
}
