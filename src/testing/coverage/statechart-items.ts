/**
 * Everything there is in a statechart, state by state and transition by transition, with the names
 * that coverage knows it by.
 *
 * T1 a name is the same for equal machines, in every process.
 * T2 a *move* is what a transition comes to for somebody who looks at the drawing: from one state at
 *    rest to another one. A transition that stays, or that leads from all states of a region to one
 *    of them, is none: entering that state says as much.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { manualState } from '../../machines/node.machine.ts';
import type { MachineKind } from './net-machines.ts';

export interface Item {
  readonly type: 'state' | 'transition';
  /** The state, or the one that the transition leaves. */
  readonly state: AnyStateNode;
  readonly transition: AnyTransitionDefinition | null;
  /** In full: `running.backingOff : timer.fire [firesRetry] -> running.attempting`. */
  readonly name: string;
  /** The same with all of a node's conditions under one name, so that nodes are comparable. */
  readonly generic: string;
  /** In short: `backingOff → attempting`, `backingOff`; null for what is no move and no state at rest. */
  readonly move: string | null;
  /** The region it is in; empty where the machine has none. */
  readonly region: string;
}

/** A batch is settled in the moment it is given: nothing is ever found there. */
const passing = 'running.committing';

function pathOf(state: AnyStateNode): string {
  return state.path.join('.');
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const { type, params } = guard as {
    readonly type: string;
    readonly params?: { readonly port?: number };
  };
  return params?.port === undefined ? type : `${type}, arrived`;
}

/** The gathering state of any condition has one name. */
function genericPath(state: AnyStateNode): string {
  const [region, outer, name] = state.path;
  if (region !== 'intake' || outer !== 'gathering' || name === undefined) return pathOf(state);
  return name === manualState ? pathOf(state) : 'intake.gathering.(condition)';
}

function genericGuard(guard: unknown): string {
  const { params } = guard as {
    readonly params?: { readonly condition?: number; readonly port?: number };
  };
  if (params?.condition === undefined) return guardName(guard);
  return `term${params.port === undefined ? '' : ', arrived'}`;
}

/** The name of a transition in full. */
export function transitionName(
  transition: AnyTransitionDefinition,
  pathText = pathOf,
  guardText = guardName,
): string {
  const { source, guard, target } = transition;
  const eventType = String(transition.eventType);
  const from = pathText(source);
  const event = eventType === '' ? 'always' : eventType;
  const condition = guard === undefined ? '' : ` [${guardText(guard)}]`;
  const to = (target ?? []).map((state) => pathText(state)).join(', ');
  return `${from === '' ? '(any)' : from} : ${event}${condition}${to === '' ? '' : ` -> ${to}`}`;
}

/** The name of a guard as it is written in names; undefined = the transition has none. */
export function guardOf({ guard }: AnyTransitionDefinition): string | undefined {
  return guard === undefined ? undefined : guardName(guard);
}

function childrenOf(state: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(state.states);
}

function transitionsOf(state: AnyStateNode): readonly AnyTransitionDefinition[] {
  const always: readonly AnyTransitionDefinition[] = state.always ?? [];
  return [...always, ...([...state.transitions.values()].flat() as AnyTransitionDefinition[])];
}

/** The state that is entered in the end, by initial states. */
function restOf(state: AnyStateNode): AnyStateNode {
  const [first] = state.type === 'compound' ? (state.initial.target ?? []) : [];
  return first === undefined ? state : restOf(first);
}

/** A state's name within its region, or within its machine. */
function shortName(state: AnyStateNode): string {
  const path = hasRegions(state.machine) ? state.path.slice(1) : state.path;
  const [outer, ...inner] = path;
  return (outer === 'running' && inner.length > 0 ? inner : path).join('.');
}

function hasRegions(machine: AnyStateMachine): boolean {
  return machine.root.type === 'parallel';
}

function regionOf(state: AnyStateNode): string {
  return hasRegions(state.machine) ? (state.path[0] ?? '') : '';
}

function isWithin(state: AnyStateNode, ancestor: AnyStateNode): boolean {
  for (let at: AnyStateNode | undefined = state; at !== undefined; at = at.parent)
    if (at === ancestor) return true;
  return false;
}

/** From one kind of standstill to another leads whatever was done meanwhile. */
const moveless = 'activity';

function moveOf({ source, target }: AnyTransitionDefinition): string | null {
  const [first] = target ?? [];
  if (first === undefined || isWithin(first, source)) return null;
  if (regionOf(source) === moveless) return null;
  const to = restOf(first);
  if (pathOf(to) === passing) return null;
  const from =
    pathOf(source) === passing ? (source.parent?.states['attempting'] ?? source) : source;
  return from === to ? null : `${shortName(from)} → ${shortName(to)}`;
}

/** All states and transitions of a machine, in document order. */
export function itemsOf(machine: AnyStateMachine): readonly Item[] {
  const found: Item[] = [];
  const visit = (state: AnyStateNode): void => {
    const region = regionOf(state);
    if (state.path.length > 0) {
      const rests = childrenOf(state).length === 0 && pathOf(state) !== passing;
      const move = rests ? shortName(state) : null;
      found.push({
        type: 'state',
        state,
        transition: null,
        name: pathOf(state),
        generic: genericPath(state),
        move,
        region,
      });
    }
    for (const transition of transitionsOf(state)) {
      const move = moveOf(transition);
      const name = transitionName(transition);
      const generic = transitionName(transition, genericPath, genericGuard);
      found.push({ type: 'transition', state, transition, name, generic, move, region });
    }
    childrenOf(state).forEach(visit);
  };
  visit(machine.root);
  return found;
}

/** `epoch`, `node gate`. */
export function placeName(kind: MachineKind, region: string): string {
  return region === '' ? kind : `${kind} ${region}`;
}
