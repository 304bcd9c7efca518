/** What an actor of a compiled machine is made with. */
import type { AnyActorRef, InspectionEvent, Observer } from 'xstate';
import type { DevTools } from './dev-tools.ts';
import type { ChildOptions } from './host.ts';
import type { Watcher } from './observers.ts';
import type { ClockParts, Logger } from './xstate-internals.ts';

export interface CompiledActorOptions {
  readonly id?: string | undefined;
  readonly systemId?: string | undefined;
  /** Instead of `systemId`, for an actor that the system's directory knows of: its address is worked out when it is asked for. */
  readonly addressOf?: (actor: { readonly input: unknown }) => string;
  readonly input?: unknown;
  readonly snapshot?: unknown;
  readonly state?: unknown;
  readonly parent?: AnyActorRef | undefined;
  readonly syncSnapshot?: boolean | undefined;
  readonly src?: unknown;
  readonly clock?: ClockParts | undefined;
  readonly logger?: Logger | undefined;
  readonly watcher?: Watcher;
  readonly devTools?: DevTools;
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void) | undefined;
}

/** Field by field: V8 gives every object that is spread into a literal a hidden class that outlives it. */
export function optionsOfChild(parent: AnyActorRef, options: ChildOptions): CompiledActorOptions {
  const { id, src, input, systemId, syncSnapshot, snapshot } = options;
  return { id, src, input, systemId, syncSnapshot, snapshot, parent };
}
