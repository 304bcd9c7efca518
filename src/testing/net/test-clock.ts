/** The clock of a net under test: it stands still until the test moves it. */
import { FlowClock } from '../time/flow-clock.ts';

/** How much of the time after which a net yields to the event loop each look at the clock takes, in milliseconds. */
const lookMs = 0.01;

/** A clock by which work is counted, not measured: when a net yields to the event loop is the same on every machine. */
export class TestClock extends FlowClock {
  #looks = 0;

  elapsed(): number {
    this.#looks += 1;
    return this.#looks * lookMs;
  }
}
