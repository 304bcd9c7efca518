/** The states that the actors of a net have been in, in the order in which each was first entered. */
import type { AnyStateMachine, AnyStateNode, InspectionEvent } from 'xstate';
import type { NetSpec } from '../../machines/spec.ts';
import { netMachines } from '../coverage/net-machines.ts';
import { readInspection } from '../microsteps.ts';
import { TestError } from '../test-error.ts';

/**
 * The states of the machine of an actor, `gate.throttled`, in document order; `node:A/epoch` stands for the epochs of a
 * node. Throws `ACTOR_NOT_FOUND`.
 */
export function statesOf(spec: NetSpec, address: string): readonly string[] {
  const machines = netMachines(spec);
  const found = machines.find((subject) => subject.address === address);
  if (found !== undefined) return pathsOf(found.machine);
  throw new TestError('ACTOR_NOT_FOUND', `there has been no actor ${address}`, {
    hint: `There are: ${machines.map((subject) => subject.address).join(', ')}, and epoch:ID for each that was opened.`,
  });
}

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

  /** Takes an inspection event of a net. */
  read(event: InspectionEvent): void {
    // The actors of epochs share their id: it is in the system that they have their own.
    const { systemId } = event.actorRef as { systemId?: string };
    readInspection(event, {
      onMachine: () => undefined,
      onTransition: () => undefined,
      onState: (id, path) => {
        const address = systemId ?? id;
        let states = this.#states.get(address);
        if (states === undefined) this.#states.set(address, (states = new Set()));
        states.add(path.join('.'));
      },
    });
  }

  /** States by their path, `gate.throttled`, that any of these actors has been in. */
  of(addresses: readonly string[]): readonly string[] {
    return [...new Set(addresses.flatMap((address) => [...(this.#states.get(address) ?? [])]))];
  }
}
