/** The states that the actors of a net have been in, in the order in which each was first entered. */
import type { InspectionEvent } from 'xstate';
import { readInspection } from '../microsteps.ts';

export class VisitedStates {
  readonly #states = new Map<string, Set<string>>();

  /** Takes an inspection event of a net. */
  read(event: InspectionEvent): void {
    readInspection(event, {
      onMachine: () => undefined,
      onTransition: () => undefined,
      onState: (id, path) => {
        // The actors of epochs share their id: it is in the system that they have their own.
        const address = (event.actorRef as { systemId?: string }).systemId ?? id;
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

  /** States by their path, `gate.throttled`; empty for an actor that has not been. */
  of(address: string): readonly string[] {
    return [...(this.#states.get(address) ?? [])];
  }
}
