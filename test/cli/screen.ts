/** A terminal's screen, as far as progress uses one: lines that wrap and scroll, and the cursor. */

export class Screen {
  readonly columns: number;
  readonly rows: number;
  /** Everything that was scrolled out, then the screen. */
  readonly #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    for (let at = 0; at < text.length;) {
      const sequence = /^\u001b\[(\d*)([A-Za-z])/.exec(text.slice(at, at + 12));
      if (sequence === null) {
        this.#put(text.charAt(at));
        at += 1;
      } else {
        this.#control(sequence[2] ?? '', sequence[1] === '' ? 1 : Number(sequence[1]));
        at += sequence[0].length;
      }
    }
  }

  /** All lines up to the cursor's, without blanks at their ends. */
  get lines(): string[] {
    return this.#lines.map((line) => line.join('').trimEnd());
  }

  /** First line that is still on the screen. */
  get #top(): number {
    return Math.max(0, this.#lines.length - this.rows);
  }

  get #line(): string[] {
    return this.#lines[this.#row] ?? [];
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#next();
      return;
    }
    if (character === '\r') {
      this.#column = 0;
      return;
    }
    if (this.#column === this.columns) this.#next();
    while (this.#line.length < this.#column) this.#line.push(' ');
    this.#line[this.#column] = character;
    this.#column += 1;
  }

  /** From the cursor on; a cursor that is about to wrap stands on the last column. */
  #eraseLine(): void {
    this.#line.length = Math.min(this.#line.length, this.#column, this.columns - 1);
  }

  #next(): void {
    this.#column = 0;
    this.#row += 1;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #control(name: string, count: number): void {
    if (name === 'A') this.#row = Math.max(this.#top, this.#row - count);
    else if (name === 'K') this.#eraseLine();
    else if (name === 'J') {
      this.#eraseLine();
      this.#lines.length = this.#row + 1;
    } else if (name !== 'm') throw new Error(`the screen does not know ${name}`);
  }
}
