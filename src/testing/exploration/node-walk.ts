/**
 * One node, whatever its surroundings do: which of its conditions can ever fire, given the ports that
 * packets can come to.
 *
 * N1 packets come in any number and any order, over an edge one at a time with the conditions asked after
 *    each, from outside several at once; so whatever a run can do is among what is walked through.
 * N2 epochs start, send and end at any time; where only so many may wait, conditions wait with them.
 */
import type { NodeSpec } from '../../machines/spec.ts';
import { Intake, type IntakeState } from './intake.ts';
import { type Step, Walk } from './walk.ts';

/** How packets can come to a port. */
export interface Arrival {
  /** The output port that packets come from, `Node.port`; null = from none. */
  readonly byEdge: string | null;
  readonly fromOutside: boolean;
}

/** A condition that would fire if an earlier one did not. */
export interface PassedOver {
  readonly by: number;
  readonly way: readonly string[];
}

export interface NodeWalk {
  /** Conditions that can fire, each with what happens up to its first salvo. */
  readonly fires: ReadonlyMap<number, readonly string[]>;
  readonly passedOver: ReadonlyMap<number, PassedOver>;
  /** What happens until as many as possible of the node's ports have packets. */
  readonly fullest: readonly string[];
  readonly complete: boolean;
  readonly states: number;
}

export const keyOfIntake = ({ counts, pending, marked }: IntakeState): string =>
  `${counts.join(',')};${pending}${marked ? '!' : ''}`;

class Walker {
  readonly #intake: Intake;
  readonly #arrivals: readonly Arrival[];
  readonly #walk = new Walk<IntakeState>(keyOfIntake);
  readonly #fires = new Map<number, readonly string[]>();
  readonly #passedOver = new Map<number, PassedOver>();
  #fullest = { at: 0, ports: -1 };

  constructor(node: NodeSpec, arrivals: readonly Arrival[]) {
    this.#intake = new Intake(node);
    this.#arrivals = arrivals;
  }

  run(limit: number): NodeWalk {
    const { inConditions } = this.#intake.node;
    this.#walk.run(
      this.#intake.first,
      (state) => this.#next(state),
      limit,
      (state, at) => {
        const ports = state.counts.filter((count) => count > 0).length;
        if (ports > this.#fullest.ports) this.#fullest = { at, ports };
        return this.#fires.size < inConditions.length;
      },
    );
    return {
      fires: this.#fires,
      passedOver: this.#passedOver,
      fullest: this.#walk.wayTo(this.#fullest.at),
      complete: this.#walk.complete,
      states: this.#walk.size,
    };
  }

  #next(state: IntakeState): readonly Step<IntakeState>[] {
    const intake = this.#intake;
    const steps: Step<IntakeState>[] = [];
    for (const [port, { byEdge, fromOutside }] of this.#arrivals.entries()) {
      const arrived = intake.withPacket(state, port);
      if (arrived === null) continue;
      const words = `a packet comes to ${intake.portName(port)} from`;
      if (byEdge !== null && !state.marked) {
        steps.push(...this.#asked(arrived, `${words} ${byEdge}`));
      }
      if (fromOutside) {
        steps.push({ state: { ...arrived, marked: true }, words: `${words} outside` });
      }
    }
    if (state.marked) steps.push(...this.#asked(state, ''));
    const words = `an epoch of ${intake.node.name} starts`;
    for (const started of intake.started(state)) steps.push({ state: started, words });
    return steps;
  }

  #asked(state: IntakeState, words: string): readonly Step<IntakeState>[] {
    return this.#intake.asked(state).map(({ state: next, fired }) => {
      if (fired < 0) return { state: next, words };
      this.#note(fired, state, words);
      const { name, inConditions } = this.#intake.node;
      const told = `${name} fires ${inConditions[fired]?.name}`;
      return { state: next, words: words === '' ? told : `${words}, ${told}` };
    });
  }

  #note(fired: number, state: IntakeState, words: string): void {
    const way = () => {
      const before = this.#walk.wayTo(this.#walk.current);
      return words === '' ? before : [...before, words];
    };
    if (!this.#fires.has(fired)) this.#fires.set(fired, way());
    for (const [other, condition] of this.#intake.node.inConditions.entries()) {
      if (other <= fired || this.#passedOver.has(other)) continue;
      if (this.#intake.holds(condition, state.counts)) {
        this.#passedOver.set(other, { by: fired, way: way() });
      }
    }
  }
}

/** Walks through what a node can come to. `arrivals` by input port. */
export function walkNode(node: NodeSpec, arrivals: readonly Arrival[], limit: number): NodeWalk {
  return new Walker(node, arrivals).run(limit);
}
