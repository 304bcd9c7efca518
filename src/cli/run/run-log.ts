/**
 * The log of a run as a command has it: shown from a level on, and kept whole in the folder of the run.
 *
 * R1 nothing is written into a folder before it is known to be this run's: until then lines wait. R2 a log that
 * cannot be kept is said once, and keeps the run from nothing.
 */
import { join } from 'node:path';
import { LogFileWriter, logName } from '../../runtime/logs/log-file.ts';
import type { LogLevel, LogLine } from '../../runtime/logs/logs.ts';

/** pino's numbers. */
const levelNumbers: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Number.POSITIVE_INFINITY,
};

export interface RunLogOptions {
  /** Lines are shown from this level on. */
  readonly shown: LogLevel;
  /** It is looked at by an inspector, too. */
  readonly isInspected: boolean;
  /** It will be kept in a folder. */
  readonly isKept: boolean;
  readonly show: (line: LogLine) => void;
  /** Told where the log cannot be kept. */
  readonly fails: (why: string) => void;
}

export class RunLog {
  /** The level that the net has to write from. */
  readonly level: LogLevel;
  readonly #options: RunLogOptions;
  #isWaiting: boolean;
  #waiting: string[] = [];
  #file: LogFileWriter | null = null;

  constructor(options: RunLogOptions) {
    const { shown, isInspected, isKept } = options;
    this.#options = options;
    const isWanted = isInspected || isKept;
    this.level = isWanted && levelNumbers[shown] > levelNumbers.info ? 'info' : shown;
    this.#isWaiting = isKept;
  }

  /** A line as pino wrote it, with its end. */
  write(json: string): void {
    if (this.#isWaiting) this.#waiting.push(json);
    else this.#keep(json);
    const line = JSON.parse(json) as LogLine;
    if (line.level >= levelNumbers[this.#options.shown]) this.#options.show(line);
  }

  /** Keeps the lines in a folder from now on, and those that waited. */
  keepIn(folder: string): void {
    try {
      this.#file = new LogFileWriter(join(folder, logName));
    } catch (error) {
      this.#options.fails(error instanceof Error ? error.message : String(error));
    }
    this.#isWaiting = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const json of waiting) this.#keep(json);
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #keep(json: string): void {
    try {
      this.#file?.write(json);
    } catch (error) {
      this.#options.fails(error instanceof Error ? error.message : String(error));
      this.close();
    }
  }
}
