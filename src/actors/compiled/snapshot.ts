/**
 * The snapshot of a compiled machine: all that a snapshot of XState has, and hidden in it what it was made of.
 *
 * P1 What XState's snapshots have of their own it has of its own, in the same order: it can be spread,
 *    compared and looked through like one of theirs.
 */
import type { Configuration, Status } from './model.ts';
import type { AnyEvent } from './event.ts';
import { type AnyStateMachine, type StateValue, matchesState } from 'xstate';
import type { ChildRecord, Children } from './children.ts';
import type { Shape } from './context-shape.ts';
import type { HistoryValue } from './reach.ts';
import { isActing } from './selection.ts';
import type { SourceNode } from './source.ts';

interface Definition {
  readonly target: unknown;
  readonly actions: readonly unknown[];
}

interface Spread {
  readonly _nodes: readonly SourceNode[];
  readonly machine: AnyStateMachine;
  readonly value: StateValue;
  readonly tags: ReadonlySet<string>;
  readonly context: unknown;
}

function matches(this: Spread, value: StateValue): boolean {
  return matchesState(value, this.value);
}

function hasTag(this: Spread, tag: string): boolean {
  return this.tags.has(tag);
}

/** One that was spread into another object has lost what it was made of: XState's machine answers. */
function can(this: Spread, event: AnyEvent): boolean {
  if (this instanceof CompiledSnapshot) return canTake(this.configuration, this.context, event);
  const machine = this.machine as unknown as {
    getTransitionData(snapshot: unknown, event: AnyEvent): readonly Definition[];
  };
  return machine
    .getTransitionData(this, event)
    .some(({ target, actions }) => target !== undefined || actions.length > 0);
}

function getMeta(this: Spread): Record<string, unknown> {
  const meta: Record<string, unknown> = {};
  for (const node of this._nodes) if (node.meta !== undefined) meta[node.id] = node.meta;
  return meta;
}

function toJSON(this: Spread & { readonly [name: string]: unknown }): object {
  const { status, output, error, context, value, children, historyValue } = this;
  return { status, output, error, context, value, children, historyValue, tags: [...this.tags] };
}

export class CompiledSnapshot {
  readonly #configuration: Configuration;
  readonly #family: Children;
  readonly #shape: Shape | null;
  readonly status: Status;
  readonly output: unknown;
  readonly error: unknown;
  readonly machine: AnyStateMachine;
  readonly context: unknown;
  readonly _nodes: readonly SourceNode[];
  readonly value: StateValue;
  readonly tags: ReadonlySet<string>;
  readonly children: ChildRecord;
  readonly historyValue: HistoryValue;
  readonly matches = matches;
  readonly hasTag = hasTag;
  readonly can = can;
  readonly getMeta = getMeta;
  readonly toJSON = toJSON;

  constructor(
    configuration: Configuration,
    status: Status,
    context: unknown,
    shape: Shape | null,
    family: Children,
    historyValue: HistoryValue,
    output: unknown,
    error: unknown,
  ) {
    this.#configuration = configuration;
    this.#family = family;
    this.#shape = shape;
    this.status = status;
    this.output = output;
    this.error = error;
    this.machine = configuration.program.machine;
    this.context = context;
    this._nodes = configuration.nodes;
    this.value = configuration.value;
    this.tags = configuration.tags;
    this.children = family.shown;
    this.historyValue = historyValue;
  }

  /** The states it is in, shared by all snapshots that are in them. */
  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Its children as a version. */
  get family(): Children {
    return this.#family;
  }

  /** The known shape of its context. */
  get shape(): Shape | null {
    return this.#shape;
  }

  /** The same, ended by an error. */
  failed(error: unknown): CompiledSnapshot {
    const { configuration, context, shape, family, historyValue, output } = this;
    return new CompiledSnapshot(
      configuration,
      'error',
      context,
      shape,
      family,
      historyValue,
      output,
      error,
    );
  }
}

/** Whether the event would take a transition that does something. */
export function canTake(configuration: Configuration, context: unknown, event: AnyEvent): boolean {
  const selection = configuration.program.selectionFor(configuration, event.type);
  return isActing(selection, configuration, context, event);
}
