/**
 * What of a statechart is drawn: boxes within boxes, arrows between them, and lines within a box for what
 * stays in its state.
 *
 * C1 every transition is in the scene once: as a line of an arrow's label, as a line of the box of its
 * source, or among what is hidden there.
 * C2 no arrow leads from a box to one around it or within it: those are lines, which name their target.
 * C3 transitions with the same source and target share an arrow.
 */
import type { StateValue } from 'xstate';
import type { Chart, ChartState, ChartTransition } from '../../src/runtime/inspector/net-view.ts';

export interface ChartLine {
  /** As the chart counts them. */
  readonly transition: number;
  /** Empty: as soon as the guard holds, without one. */
  readonly event: string;
  /** `[nonempty(in)]`, `[else]`, or nothing. */
  readonly guard: string;
  /** Index of the input condition that the guard is the term of. */
  readonly condition: number | null;
  /** Name of the target, where the line leads to one. */
  readonly target: string | null;
}

export interface ChartBox {
  readonly id: string;
  readonly title: string;
  readonly type: ChartState['type'];
  /** Entered first of its parent's states. */
  readonly isInitial: boolean;
  /** What it does when it is entered and left. */
  readonly does: readonly string[];
  readonly lines: readonly ChartLine[];
  /** Transitions that stay within the state and are not drawn. */
  readonly hidden: readonly number[];
  readonly boxes: readonly ChartBox[];
}

export interface ChartArrow {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly lines: readonly ChartLine[];
}

export interface ChartScene {
  readonly root: ChartBox;
  readonly arrows: readonly ChartArrow[];
}

function guardOf({ guard, otherwise }: ChartTransition): string {
  if (guard !== null) return `[${guard}]`;
  return otherwise ? '[else]' : '';
}

function isWithin(state: string, ancestor: string): boolean {
  return state === ancestor || state.startsWith(`${ancestor}.`);
}

/** How much of what stays within a state is drawn. */
export interface SceneOptions {
  /** Lines and actions in the boxes; without them only arrows, and how many lines are left out. */
  readonly hasInner: boolean;
}

export function chartScene({ root, transitions }: Chart, { hasInner }: SceneOptions): ChartScene {
  const inner = new Map<string, ChartLine[]>();
  const arrows = new Map<string, ChartArrow & { readonly lines: ChartLine[] }>();
  for (const transition of transitions) {
    const { source, targets } = transition;
    const line = {
      transition: transition.id,
      event: transition.event === 'always' && transition.guard !== null ? '' : transition.event,
      guard: guardOf(transition),
      condition: transition.condition,
    };
    const [target] = targets;
    const isNear = target === undefined || isWithin(source, target) || isWithin(target, source);
    if (isNear) {
      const named =
        target === undefined || target === source ? null : (target.split('.').at(-1) ?? target);
      const known = inner.get(source);
      const innerLine = { ...line, target: target === source ? 'itself' : named };
      if (known === undefined) inner.set(source, [innerLine]);
      else known.push(innerLine);
      continue;
    }
    const id = `${source} ${target}`;
    const known = arrows.get(id);
    const arrowLine = { ...line, target: null };
    if (known === undefined) arrows.set(id, { id, source, target, lines: [arrowLine] });
    else known.lines.push(arrowLine);
  }
  const box = (state: ChartState, isInitial: boolean): ChartBox => ({
    id: state.id,
    title: state.key,
    type: state.type,
    isInitial,
    does: hasInner
      ? [
          ...(state.entry.length === 0 ? [] : [`entry / ${state.entry.join(', ')}`]),
          ...(state.exit.length === 0 ? [] : [`exit / ${state.exit.join(', ')}`]),
        ]
      : [],
    lines: hasInner ? (inner.get(state.id) ?? []) : [],
    hidden: hasInner ? [] : (inner.get(state.id) ?? []).map(({ transition }) => transition),
    boxes: state.states.map((child) =>
      box(child, state.type !== 'parallel' && child.key === state.initial),
    ),
  });
  return { root: box(root, false), arrows: [...arrows.values()] };
}

/** Ids of the states that are active with this value, the root first. */
export function activeStates(root: ChartState, value: StateValue): ReadonlySet<string> {
  const active = new Set([root.id]);
  const visit = (state: ChartState, at: StateValue): void => {
    const keys = typeof at === 'string' ? [at] : Object.keys(at);
    for (const key of keys) {
      const child = state.states.find((each) => each.key === key);
      if (child === undefined) continue;
      active.add(child.id);
      const within = typeof at === 'string' ? undefined : at[key];
      if (within !== undefined) visit(child, within);
    }
  };
  visit(root, value);
  return active;
}

/** Ids of the states that an actor ended in: those that its last transition leads to, with those around them. */
export function lastStates({ transitions }: Chart, taken: readonly number[]): ReadonlySet<string> {
  const last = taken
    .flatMap((id) => transitions.find((each) => each.id === id)?.targets ?? [])
    .at(-1);
  const parts = last?.split('.') ?? [];
  return new Set(parts.map((_, index) => parts.slice(0, index + 1).join('.')));
}
