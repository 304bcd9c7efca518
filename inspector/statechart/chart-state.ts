/** What the boxes and arrows of a statechart read of the actor at the instant shown. */
import type { ActorView, TransitionsView } from '../../src/runtime/inspector/instant-view.ts';
import type { Chart, ConditionView } from '../../src/runtime/inspector/net-view.ts';
import { createStore } from '../store/store.ts';
import { activeStates, lastStates } from './chart-scene.ts';

export interface ChartMoment {
  /** Ids of the states that are active. */
  readonly active: ReadonlySet<string>;
  /** Times that each transition was taken, by its number. */
  readonly counts: ReadonlyMap<number, number>;
  /** Those that were taken last, and the record of the action that did it. */
  readonly taken: ReadonlySet<number>;
  readonly takenSeq: number;
  /** The state of each input condition, with the condition itself. */
  readonly conditions: readonly {
    readonly view: ConditionView;
    readonly state: ActorView['conditions'][number] | null;
  }[];
}

const noMoment: ChartMoment = {
  active: new Set(),
  counts: new Map(),
  taken: new Set(),
  takenSeq: 0,
  conditions: [],
};

/** There is one statechart on the page; its parts read it from here. */
export const moment = createStore<ChartMoment>(noMoment);

/** How often any of some transitions was taken. */
export function timesOf({ counts }: ChartMoment, transitions: readonly number[]): number {
  return transitions.reduce((sum, each) => sum + (counts.get(each) ?? 0), 0);
}

/** The record of the last action, where it took one of these transitions; else 0. */
export function flashOf({ taken, takenSeq }: ChartMoment, transitions: readonly number[]): number {
  return transitions.some((each) => taken.has(each)) ? takenSeq : 0;
}

export function showMoment(
  chart: Chart,
  actor: ActorView | null,
  transitions: TransitionsView | null,
  conditions: readonly ConditionView[],
): void {
  moment.set({
    active:
      actor?.isLive === true
        ? activeStates(chart.root, actor.value)
        : lastStates(chart, transitions?.last.transitions ?? []),
    counts: new Map(transitions?.counts ?? []),
    taken: new Set(transitions?.last.transitions ?? []),
    takenSeq: transitions?.last.seq ?? 0,
    conditions: conditions.map((view, index) => ({
      view,
      state: actor?.conditions[index] ?? null,
    })),
  });
}
