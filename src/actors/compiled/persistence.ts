/** What is kept of a snapshot and made into one again, in the form that XState's own machines have. */
import type { Program, Status } from './model.ts';
import type { AnyActorLogic, AnyActorRef, StateValue } from 'xstate';
import { type ChildRecord, Children, noChildren } from './children.ts';
import type { Host } from './host.ts';
import { refuseInlineChild, warnOfForgottenState } from './mistakes.ts';
import type { HistoryValue } from './reach.ts';
import { CompiledSnapshot } from './snapshot.ts';
import { type SourceNode, isRecord } from './source.ts';
import { actorMark, actorMarkValue, internalsOf } from './xstate-internals.ts';

interface PersistedChild {
  readonly snapshot: unknown;
  readonly src: unknown;
  readonly systemId?: string;
  readonly syncSnapshot?: boolean;
}

export interface PersistedMachine {
  readonly status: Status;
  readonly output: unknown;
  readonly error: unknown;
  readonly value: StateValue;
  readonly context: unknown;
  readonly children: Readonly<Record<string, PersistedChild>>;
  readonly historyValue?: Readonly<Record<string, readonly { readonly id: string }[]>>;
}

/** Of XState, or of another program. */
export type LiveSnapshot = Omit<PersistedMachine, 'children'> & { readonly children: ChildRecord };

interface Persistable {
  readonly src: unknown;
  readonly systemId: string | undefined;
  getPersistedSnapshot(options?: unknown): unknown;
}

export function persisted(snapshot: CompiledSnapshot, options?: unknown): object {
  const { status, output, error, value, context, historyValue } = snapshot;
  const children: Record<string, PersistedChild> = {};
  for (const [id, child] of Object.entries(snapshot.children ?? {})) {
    const actor = child as unknown as Persistable;
    refuseInlineChild(actor.src, options);
    const persistedChild: Record<string, unknown> = {
      snapshot: actor.getPersistedSnapshot(options),
      src: actor.src,
      systemId: actor.systemId,
      syncSnapshot: internalsOf(child as AnyActorRef)._syncSnapshot,
    };
    children[id] = persistedChild as unknown as PersistedChild;
  }
  const recalled: Record<string, { id: string }[]> = {};
  for (const [id, nodes] of Object.entries(historyValue ?? {})) {
    recalled[id] = nodes.map((node) => ({ id: node.id }));
  }
  return {
    status,
    output,
    error,
    value,
    historyValue: recalled,
    context: withoutActors(context),
    children,
  };
}

/** The value with a mark for each actor in it; the very same where there is none. */
function withoutActors(part: unknown): unknown {
  let copy: Record<string, unknown> | undefined;
  const fields = part as Record<string, unknown>;
  for (const key in fields) {
    const value = fields[key];
    if (!isRecord(value)) continue;
    const isActor = 'sessionId' in value && 'send' in value && 'ref' in value;
    const kept = isActor ? { [actorMark]: actorMarkValue, id: value['id'] } : withoutActors(value);
    if (kept === value) continue;
    copy ??= (Array.isArray(part) ? part.slice() : { ...fields }) as Record<string, unknown>;
    copy[key] = kept;
  }
  return copy ?? part;
}

export function restored(program: Program, host: Host, from: PersistedMachine): CompiledSnapshot {
  let children = noChildren;
  for (const [id, child] of Object.entries(from.children)) {
    const { src, systemId, syncSnapshot } = child;
    const logic = typeof src === 'string' ? program.logicOf(src) : src;
    if (!logic) continue;
    const actor = host.spawn(program.childLogic(logic as AnyActorLogic), {
      id,
      src,
      systemId,
      syncSnapshot,
      input: undefined,
      snapshot: child.snapshot,
    });
    children = children.with(id, actor);
  }
  const snapshot = new CompiledSnapshot(
    program.configurationOf(from.value),
    from.status,
    from.context,
    null,
    children,
    revivedHistory(program, from.historyValue),
    from.output,
    from.error,
  );
  reviveActors(from.context, children, new Set());
  return snapshot;
}

/** A snapshot that XState made of the same machine, or another program of it, as one of this program; its children live on. */
export function adopted(program: Program, from: LiveSnapshot): CompiledSnapshot {
  return new CompiledSnapshot(
    program.configurationOf(from.value),
    from.status,
    from.context,
    null,
    Children.of(from.children),
    revivedHistory(program, from.historyValue),
    from.output,
    from.error,
  );
}

function revivedHistory(
  program: Program,
  persistedHistory: PersistedMachine['historyValue'],
): HistoryValue {
  const revived: Record<string, SourceNode[]> = {};
  if (!isRecord(persistedHistory)) return revived;
  for (const [id, list] of Object.entries(persistedHistory)) {
    const nodes = list.flatMap((item) => recalledState(program, item) ?? []);
    if (nodes.length > 0) revived[id] = nodes;
  }
  return revived;
}

/** A state of this machine by the id of what was recalled; undefined where there is none any more. */
function recalledState(program: Program, item: { readonly id: string }): SourceNode | undefined {
  const own = program.tree.states.find(({ source }) => source === item);
  if (own !== undefined) return own.source;
  try {
    return program.source.getStateNodeById(item.id);
  } catch {
    warnOfForgottenState(item.id);
    return undefined;
  }
}

/** Puts actors back where their marks are, in the context itself, as XState does. */
function reviveActors(part: unknown, children: Children, seen: Set<unknown>): void {
  if (seen.has(part)) return;
  seen.add(part);
  const fields = part as Record<string, unknown>;
  for (const key in fields) {
    const value = fields[key];
    if (!isRecord(value)) continue;
    if (value[actorMark] === actorMarkValue) fields[key] = children.get(String(value['id']));
    else reviveActors(value, children, seen);
  }
}
