/** A machine by itself: what it would tell its parent and ask its children goes nowhere. */
import type { AnyStateMachine } from 'xstate';
import type { KernelEvent } from '../../src/machines/action.ts';
import type { Emission } from '../../src/machines/protocol.ts';

/** The same machine without the actions that send to a parent or a child, which a machine alone does not have. */
export function alone<M extends AnyStateMachine>(machine: M): M {
  const told = Object.keys(machine.implementations.actions).filter(
    (name) => name.startsWith('tell') || name.startsWith('ask'),
  );
  const silent = Object.fromEntries(told.map((name) => [name, () => undefined]));
  return machine.provide({ actions: silent }) as M;
}

/** What a pure transition would emit. */
export function emissions(
  actions: readonly { readonly type: string; readonly params: unknown }[],
): Emission[] {
  return actions.flatMap(({ type, params }) =>
    type === 'xstate.emit' ? [(params as { event: Emission }).event] : [],
  );
}

/** What a pure transition would write into the history. */
export function happenings(actions: Parameters<typeof emissions>[0]): KernelEvent[] {
  return emissions(actions).flatMap((emission) => {
    if (emission.type === 'happened') return [emission.event];
    return emission.type === 'happenings' ? emission.events : [];
  });
}
