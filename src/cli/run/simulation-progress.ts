/**
 * The line that a terminal shows while a flow is simulated, redrawn in place.
 *
 * V1 the line is narrower than the terminal, and it is gone before something else is written. V2 it is drawn at the
 * start of a line alone: not while other code has not ended the one that it began.
 */
import { counted, grouped } from '../../runtime/counted-noun.ts';
import { clip, durationText } from '../display-text.ts';
import type { Output, Terminal } from '../terminal.ts';
import { tickMs } from './progress.ts';

/** What a simulation tells of a run that is over, as far as it is shown. */
export interface RunOver {
  readonly actions: number;
  /** What did not hold. */
  readonly breach: object | null;
}

export class SimulationProgress {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #runs: number;
  readonly #sinceMs: number;
  #drawnMs = -Infinity;
  #isDrawn = false;
  #isLineBegun = false;
  #over = 0;
  #actions = 0;

  /** `runs`: how many there are to be. */
  constructor(terminal: Terminal, runs: number) {
    this.#output = terminal.stderr;
    this.#now = () => terminal.now();
    this.#runs = runs;
    this.#sinceMs = this.#now();
  }

  /** One more run is over. */
  ran({ actions, breach }: RunOver): void {
    this.#over += 1;
    this.#actions += actions;
    const now = this.#now();
    if (breach === null && now - this.#drawnMs < tickMs) return;
    const doing = breach === null ? '' : ', one went wrong and is made simpler';
    const done = `${grouped(this.#over)} of ${counted(this.#runs, 'run')}${doing}`;
    const text = `${done}, ${counted(this.#actions, 'action')}  ${durationText(now - this.#sinceMs)}`;
    this.#drawnMs = now;
    if (this.#isLineBegun) return;
    this.#output.write(`\r${clip(text, Math.max(1, this.#output.columns - 1))}\u001b[K`);
    this.#isDrawn = true;
  }

  /** Writes text of other code. */
  print(text: string): void {
    this.end();
    this.#output.write(text);
    this.#isLineBegun = !text.endsWith('\n');
  }

  /** Takes away what is shown. */
  end(): void {
    if (this.#isDrawn) this.#output.write('\r\u001b[K');
    this.#isDrawn = false;
  }
}
