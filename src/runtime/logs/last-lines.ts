/** The last lines of a log, each with the number that it has among all. */

/** Lines kept at most, of all nodes together. */
const linesKept = 100_000;

export class LastLines<Line> {
  #lines: Line[] = [];
  #dropped = 0;

  push(line: Line): void {
    this.#lines.push(line);
    // Twice as many, so that few are moved for each line.
    if (this.#lines.length <= 2 * linesKept) return;
    this.#dropped += this.#lines.length - linesKept;
    this.#lines = this.#lines.slice(-linesKept);
  }

  /** Those that are kept, oldest first. */
  all(): readonly Line[] {
    return this.#lines;
  }

  /** Lines ever written: the next one has this number. */
  get count(): number {
    return this.#dropped + this.#lines.length;
  }

  /** Number of the oldest line kept. */
  get first(): number {
    return this.#dropped;
  }

  /** The line of a number; undefined where there is none, or none any more. */
  line(number: number): Line | undefined {
    return this.#lines[number - this.#dropped];
  }
}
