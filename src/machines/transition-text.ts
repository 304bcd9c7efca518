/** What a transition of an XState machine says, in words: `event [guard] / action, action`. */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** Guards and actions: a name, an object with one, or a function that XState or the user made. */
interface Described {
  readonly name?: string;
  readonly type?: string;
  readonly guards?: readonly unknown[];
  readonly event?: unknown;
  readonly sendId?: unknown;
}

function describedBy(value: unknown): Described {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? value : {};
}

/** The name of a guard; XState's own `and`, `or`, `not` as terms of names. */
function guardText(guard: unknown, nested = false): string {
  if (typeof guard === 'string') return guard;
  const { name, type, guards } = describedBy(guard);
  if (guards === undefined) return type ?? (name || 'guard');
  if (name === 'not') return `not ${guardText(guards[0], true)}`;
  const text = guards.map((each) => guardText(each, true)).join(` ${name} `);
  return nested ? `(${text})` : text;
}

/** The name of an action; XState's own without their prefix. */
export function actionText(action: unknown): string {
  if (typeof action === 'string') return action;
  const { name, type } = describedBy(action);
  return (type ?? (name || 'action')).replace(/^xstate\./, '');
}

/** Whether an entry or exit action is part of how XState makes a delayed transition of `state`. */
export function servesDelay(state: AnyStateNode, action: unknown): boolean {
  const { event, sendId } = describedBy(action);
  const { type } = describedBy(event);
  return state.after.some(({ eventType }) => eventType === type || eventType === sendId);
}

function invokedText(state: AnyStateNode, id: string): string {
  const source: unknown = state.invoke.find((invoked) => invoked.id === id)?.src;
  return typeof source === 'string' ? source : id;
}

function eventText(state: AnyStateNode, eventType: string): string {
  if (eventType === '') return 'always';
  const delayed = state.after.find((each) => each.eventType === eventType);
  if (delayed !== undefined) {
    if (typeof delayed.delay === 'number') return `after ${delayed.delay} ms`;
    return `after ${String(delayed.delay)}`;
  }
  const [, kind, id] =
    /^xstate\.(done\.state|done\.actor|error\.actor|snapshot)\.(.*)$/s.exec(eventType) ?? [];
  if (kind === undefined || id === undefined) return eventType;
  return kind === 'done.state' ? 'done' : `${kind.replace('.actor', '')} ${invokedText(state, id)}`;
}

/** What the transition waits for, in words. */
export function transitionEvent({ source, eventType }: AnyTransitionDefinition): string {
  return eventText(source, eventType);
}

/** Its guard in words; null where it has none. */
export function transitionGuard({ guard }: AnyTransitionDefinition): string | null {
  return guard === undefined ? null : guardText(guard);
}

/** `event [guard] / actions`; `otherwise` = it comes after guarded ones for the same event and has no guard. */
export function transitionText(
  transition: AnyTransitionDefinition,
  otherwise: boolean,
  withActions: boolean,
): string {
  const { actions, target } = transition;
  const guard = transitionGuard(transition);
  const condition = guard === null ? (otherwise ? ' [else]' : '') : ` [${guard}]`;
  const names = withActions ? actions.map(actionText) : [];
  const ignored = target === undefined && actions.length === 0 ? ['ignored'] : [];
  const effects = [...names, ...ignored].join(', ');
  return `${transitionEvent(transition)}${condition}${effects === '' ? '' : ` / ${effects}`}`;
}
