/** A node's intake on abstract counts: which condition fires when they are asked, and what is left then. */
import { takenInAll, termHolds } from '../../machines/salvo.ts';
import type { InConditionSpec, NodeSpec } from '../../machines/spec.ts';
import { type CountRange, countRange, leftAfter, oneMore } from './port-counts.ts';

export interface IntakeState {
  readonly counts: readonly number[];
  /** Epochs that wait; where there is no limit to them, one stands for any number. */
  readonly pending: number;
  /** Its conditions are to be asked before anything else arrives over an edge. */
  readonly marked: boolean;
}

/** What asking the conditions leads to. */
export interface Asked {
  readonly state: IntakeState;
  /** Index of the condition that fires; -1 = none. */
  readonly fired: number;
}

export class Intake {
  readonly node: NodeSpec;
  readonly #slots: readonly (number | null)[];
  readonly #ranges: readonly CountRange[];
  readonly #mostPending: number | null;

  constructor(node: NodeSpec) {
    this.node = node;
    this.#slots = node.inPorts.map(({ slots }) => slots);
    this.#ranges = node.inPorts.map(({ slots }, port) =>
      countRange(port, slots, node.inConditions),
    );
    this.#mostPending = node.rules.maxPendingEpochs;
  }

  get first(): IntakeState {
    const { inPorts, rules } = this.node;
    const pending = rules.autostart ? 1 : 0;
    return { counts: inPorts.map(() => 0), pending, marked: false };
  }

  portName(port: number): string {
    return `${this.node.name}.${this.node.inPorts[port]?.name ?? ''}`;
  }

  holds(condition: InConditionSpec, counts: readonly number[]): boolean {
    return (
      takenInAll(condition.takes, counts) > 0 && termHolds(condition.term, counts, this.#slots)
    );
  }

  /** With one packet more at the port; null where it has no slot. */
  withPacket(state: IntakeState, port: number): IntakeState | null {
    const range = this.#ranges[port];
    const count = range === undefined ? null : oneMore(state.counts[port] ?? 0, range);
    return count === null ? null : { ...state, counts: state.counts.with(port, count) };
  }

  /** The conditions are asked in their order; every way in which that can end. */
  asked(state: IntakeState): readonly Asked[] {
    const fired = this.#isHeld(state)
      ? -1
      : this.node.inConditions.findIndex((condition) => this.holds(condition, state.counts));
    const condition = this.node.inConditions[fired];
    if (condition === undefined) return [{ state: { ...state, marked: false }, fired: -1 }];
    const pending = this.#mostPending === null ? 1 : state.pending + 1;
    return this.#after(condition, state.counts).map((counts) => ({
      state: { counts, pending, marked: true },
      fired,
    }));
  }

  /** One of the waiting epochs has started; several ways where any number waits. */
  started(state: IntakeState): readonly IntakeState[] {
    if (state.pending === 0) return [];
    const marked = state.marked || this.#isHeld(state);
    const less = { ...state, pending: state.pending - 1, marked };
    return this.#mostPending === null ? [less, state] : [less];
  }

  #isHeld({ pending }: IntakeState): boolean {
    return this.#mostPending !== null && pending >= this.#mostPending;
  }

  #after(condition: InConditionSpec, counts: readonly number[]): readonly (readonly number[])[] {
    let ways: (readonly number[])[] = [counts];
    for (const take of condition.takes) {
      const range = this.#ranges[take.port] ?? { most: 1, open: true };
      ways = ways.flatMap((way) =>
        leftAfter(way[take.port] ?? 0, take, range).map((left) => way.with(take.port, left)),
      );
    }
    return ways;
  }
}
