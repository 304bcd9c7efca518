/**
 * What of a statechart is drawn: boxes within boxes, arrows between them, and lines within a box for what
 * stays in its state.
 *
 * C1 every transition is in the scene once: in a line of an arrow's label, in a line of the box of its
 * source, or among what is hidden there, or in the folded region around it.
 * C2 no arrow leads from a box to one around it or within it: those are lines, which name their target.
 * C3 transitions with the same source and target share an arrow; those of them that read the same, or whose guard
 * is the same term, a line. C4 what leads from many states side by side to the same one is a line of the box around
 * them, and no arrow.
 */
import type { StateValue } from 'xstate';
import type { Chart, ChartState, ChartTransition } from '../../src/runtime/inspector/net-view.ts';

export interface ChartLine {
  /** Those that it stands for, as the chart counts them. */
  readonly transitions: readonly number[];
  /** None: as soon as the guard holds, without one. */
  readonly events: readonly string[];
  /** It stands in the line above already. */
  readonly isEventAbove: boolean;
  /** `[nonempty(in)]`, `[else]`, or nothing. */
  readonly guard: string;
  /** Index of the input condition that the guard is the term of. */
  readonly condition: number | null;
  /** Name of the target, where the line leads to one. */
  readonly target: string | null;
  /** States within the box whose transitions it stands for; 0: those of the box itself, or of its arrow. */
  readonly sources: number;
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
  /** Transitions that stay within the state, or within the region that is folded, and are not drawn. */
  readonly hidden: readonly number[];
  /** Of a region of which only the name and the active state are drawn: the names that can be; else null. */
  readonly folded: readonly string[] | null;
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

/** How much of a chart is drawn. */
export interface SceneOptions {
  /** Lines and actions in the boxes; without them only arrows, and how many lines are left out. */
  readonly hasInner: boolean;
  /** Id of the region that is drawn while the others are folded; null: each of them is. */
  readonly region: string | null;
}

/** The regions that a chart has side by side; none where it has but one. */
export function regionsOf({ root }: Chart): readonly ChartState[] {
  return root.type === 'parallel' ? root.states : [];
}

/** Names of the innermost states within a state: `stuck`, `blocked.stuck`. */
function leafNames(state: ChartState, prefix = ''): readonly string[] {
  return state.states.flatMap((child) =>
    child.states.length === 0 ? [prefix + child.key] : leafNames(child, `${prefix}${child.key}.`),
  );
}

/**
 * Id of the region that waits for terms, else of that with the most transitions, the first of several; null where
 * there are no regions.
 */
export function mainRegion(chart: Chart): string | null {
  let main: { readonly id: string; readonly size: number } | null = null;
  for (const { id } of regionsOf(chart)) {
    const own = chart.transitions.filter(({ source }) => isWithin(source, id));
    const hasTerms = own.some(({ condition }) => condition !== null);
    const size = hasTerms ? Number.POSITIVE_INFINITY : own.length;
    if (main === null || size > main.size) main = { id, size };
  }
  return main?.id ?? null;
}

/** Lines that read the same are one; of those that wait for the same term too, with all their events. */
function mergedLines(lines: readonly ChartLine[]): readonly ChartLine[] {
  const merged = new Map<string, ChartLine>();
  for (const line of lines) {
    const { events, guard, target, condition } = line;
    const key = JSON.stringify(condition === null ? [events, guard, target] : [condition, target]);
    const known = merged.get(key);
    if (known === undefined) {
      merged.set(key, line);
      continue;
    }
    merged.set(key, {
      ...known,
      events: [...new Set([...known.events, ...events])],
      transitions: [...known.transitions, ...line.transitions],
    });
  }
  return [...merged.values()].map((line, index, all) => ({
    ...line,
    isEventAbove:
      line.events.length > 0 && line.events.join(' ') === all[index - 1]?.events.join(' '),
  }));
}

/** What of a chart is within states, by the state, and what leads from one to another. */
function sorted(transitions: readonly ChartTransition[]): {
  readonly inner: ReadonlyMap<string, readonly ChartLine[]>;
  readonly arrows: readonly ChartArrow[];
  /** What many states have alike, by the state around them. */
  readonly shared: ReadonlyMap<string, readonly ChartLine[]>;
} {
  const inner = new Map<string, ChartLine[]>();
  const arrows = new Map<string, ChartArrow & { readonly lines: ChartLine[] }>();
  for (const transition of transitions) {
    const { source, targets } = transition;
    const line = {
      transitions: [transition.id],
      events: transition.event === 'always' && transition.guard !== null ? [] : [transition.event],
      isEventAbove: false,
      guard: guardOf(transition),
      condition: transition.condition,
      sources: 0,
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
  const merged = [...arrows.values()].map((arrow) => ({
    ...arrow,
    lines: mergedLines(arrow.lines),
  }));
  return { inner, ...withShared(merged) };
}

/** From so many states on the same arrows are drawn as one line. */
const manySources = 3;

/** Arrows, without those that many states have alike; and these as lines of the box around those states. */
function withShared(arrows: readonly ChartArrow[]): {
  readonly arrows: readonly ChartArrow[];
  readonly shared: ReadonlyMap<string, readonly ChartLine[]>;
} {
  const alike = new Map<string, ChartArrow[]>();
  for (const arrow of arrows) {
    const around = arrow.source.split('.').slice(0, -1).join('.');
    const texts = arrow.lines.map(({ events, guard }) => [events, guard]);
    const key = JSON.stringify([around, arrow.target, texts]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [arrow]);
    else known.push(arrow);
  }
  const shared = new Map<string, ChartLine[]>();
  for (const [first, ...others] of alike.values()) {
    if (first === undefined || others.length + 1 < manySources) continue;
    const around = first.source.split('.').slice(0, -1).join('.');
    const lines = first.lines.map((line, index) => ({
      ...line,
      transitions: [first, ...others].flatMap(({ lines: each }) => each[index]?.transitions ?? []),
      target: first.target.split('.').at(-1) ?? first.target,
      sources: others.length + 1,
    }));
    shared.set(around, [...(shared.get(around) ?? []), ...lines]);
  }
  const isShared = (arrow: ChartArrow): boolean =>
    [...alike.values()].some((each) => each.length >= manySources && each.includes(arrow));
  return { arrows: arrows.filter((arrow) => !isShared(arrow)), shared };
}

export function chartScene(chart: Chart, { hasInner, region }: SceneOptions): ChartScene {
  const { inner, arrows, shared } = sorted(chart.transitions);
  const isFolded = ({ id }: ChartState): boolean =>
    region !== null && id !== region && regionsOf(chart).some((each) => each.id === id);
  const box = (state: ChartState, isInitial: boolean): ChartBox => {
    const around = {
      id: state.id,
      title: state.key,
      type: state.type,
      isInitial,
      folded: isFolded(state) ? leafNames(state) : null,
    };
    if (around.folded !== null) {
      const hidden = chart.transitions.filter(({ source }) => isWithin(source, state.id));
      return { ...around, does: [], lines: [], hidden: hidden.map(({ id }) => id), boxes: [] };
    }
    const lines = mergedLines(inner.get(state.id) ?? []);
    return {
      ...around,
      does: hasInner
        ? [
            ...(state.entry.length === 0 ? [] : [`entry / ${state.entry.join(', ')}`]),
            ...(state.exit.length === 0 ? [] : [`exit / ${state.exit.join(', ')}`]),
          ]
        : [],
      lines: [...(shared.get(state.id) ?? []), ...(hasInner ? lines : [])],
      hidden: hasInner ? [] : lines.flatMap(({ transitions }) => transitions),
      boxes: state.states.map((child) =>
        box(child, state.type !== 'parallel' && child.key === state.initial),
      ),
    };
  };
  const root = box(chart.root, false);
  const folded = root.boxes.filter((each) => each.folded !== null);
  return {
    root,
    arrows: arrows.filter(({ source }) => !folded.some(({ id }) => isWithin(source, id))),
  };
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
