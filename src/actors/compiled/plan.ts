/**
 * What taking a set of transitions in a configuration comes to: the actions in their order, what ends
 * with it, and the next configuration; worked out once for all actors.
 */
import type { ActionCode } from './action-code.ts';
import type { Configuration } from './configuration.ts';
import type { SourceNode } from './source.ts';

/** What the entry of a final state leads to, in this order. */
export type Ending =
  /** The event that a state with a final state is done; `output` of the final state. */
  | { readonly kind: 'state'; readonly id: string; readonly output: unknown }
  /** The machine is done; by which state. */
  | { readonly kind: 'machine'; readonly by: SourceNode };

/** Actions that XState does in one go: `invoked` are the actors that they may send to before these are there. */
export interface Block {
  readonly actions: readonly ActionCode[];
  readonly invoked: readonly string[] | null;
  readonly endings: readonly Ending[] | null;
}

export interface Plan {
  readonly blocks: readonly Block[];
  readonly next: Configuration;
  /** What history states recall from now on; null = as before. */
  readonly recorded: readonly (readonly [id: string, nodes: readonly SourceNode[]])[] | null;
  /** Whether the snapshot is another one even where no action changed it. */
  readonly changes: boolean;
}

/** The plans for one set of transitions: one, or one for each past that history states may recall. */
export interface PlanSet {
  /** Ids of the history states that are asked. */
  readonly asked: Set<string>;
  readonly byPast: Map<string, Plan>;
}
