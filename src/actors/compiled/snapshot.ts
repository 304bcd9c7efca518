/**
 * The snapshot of a compiled machine: what is its own, and the configuration that knows the rest.
 *
 * It has everything that a snapshot of XState has; what belongs to the configuration is read there.
 */
import type { Configuration, Status } from './model.ts';
import type { AnyEvent } from './event.ts';
import { type AnyStateMachine, type StateValue, matchesState } from 'xstate';
import type { ChildRecord, Children } from './children.ts';
import type { Shape } from './context-shape.ts';
import type { HistoryValue } from './reach.ts';
import { isActing } from './selection.ts';
import type { SourceNode } from './source.ts';

export class CompiledSnapshot {
  readonly status: Status;
  readonly context: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly historyValue: HistoryValue;
  /** Not of XState: the configuration, the children as a version, the known shape of the context. */
  readonly configuration: Configuration;
  readonly family: Children;
  readonly shape: Shape | null;

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
    this.status = status;
    this.context = context;
    this.output = output;
    this.error = error;
    this.historyValue = historyValue;
    this.configuration = configuration;
    this.family = family;
    this.shape = shape;
  }

  get machine(): AnyStateMachine {
    return this.configuration.program.machine;
  }

  get value(): StateValue {
    return this.configuration.value;
  }

  get tags(): ReadonlySet<string> {
    return this.configuration.tags;
  }

  get children(): ChildRecord {
    return this.family.record;
  }

  /** The active states, as XState's own helpers look for them. */
  get _nodes(): readonly SourceNode[] {
    return this.configuration.nodes;
  }

  matches(value: StateValue): boolean {
    return matchesState(value, this.value);
  }

  hasTag(tag: string): boolean {
    return this.tags.has(tag);
  }

  can(event: AnyEvent): boolean {
    return canTake(this.configuration, this.context, event);
  }

  getMeta(): Record<string, unknown> {
    const meta: Record<string, unknown> = {};
    for (const node of this.configuration.nodes) {
      if (node.meta !== undefined) meta[node.id] = node.meta;
    }
    return meta;
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

  /** Makes all that it has its own: XState's actor spreads its snapshot where an error ends it. */
  spreadable(): void {
    for (const name of Object.getOwnPropertyNames(CompiledSnapshot.prototype)) {
      if (name === 'constructor') continue;
      const value: unknown = Reflect.get(this, name);
      Object.defineProperty(this, name, { value, enumerable: true, configurable: true });
    }
  }

  toJSON(): object {
    const { status, output, error, context, value, children, historyValue } = this;
    const tags = [...this.tags];
    return { status, output, error, context, value, children, historyValue, tags };
  }
}

/** Whether the event would take a transition that does something. */
export function canTake(configuration: Configuration, context: unknown, event: AnyEvent): boolean {
  const selection = configuration.program.selectionFor(configuration, event.type);
  return isActing(selection, configuration, context, event);
}
