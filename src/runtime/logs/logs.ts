/**
 * The logs of a run: pino lines bound to run, node and epoch, kept in memory by node and by epoch.
 *
 * Owns: the lines kept. L1 lines are kept in the order they were written, the oldest dropped first.
 */
import { pino } from 'pino';
import type { DestinationStream, Level, Logger } from 'pino';
import type { Clock } from '../time/clock.ts';
import { outsideCapture } from './console-capture.ts';
import { LastLines } from './last-lines.ts';

export type LogLevel = Level | 'silent';

/** One line, as pino wrote it. `time` in milliseconds since 1970. */
export interface LogLine {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly run: string;
  readonly node?: string;
  readonly epoch?: string;
  readonly [field: string]: unknown;
}

export interface LogOptions {
  readonly run: string;
  readonly clock: Clock;
  readonly level: LogLevel;
  /** Where every line goes besides memory. */
  readonly destination: DestinationStream | null;
}

export class Logs {
  /** The net's own logger. */
  readonly net: Logger;
  readonly #nodes = new Map<string, Logger>();
  readonly #destination: DestinationStream | null;
  readonly #lines = new LastLines<LogLine>();

  constructor(options: LogOptions) {
    this.#destination = options.destination;
    const { clock } = options;
    this.net = pino(
      {
        level: options.level,
        base: { run: options.run },
        timestamp: () => `,"time":${clock.now()}`,
      },
      { write: (line) => this.#keep(line) },
    );
  }

  /** The logger of a node. */
  node(node: string): Logger {
    let logger = this.#nodes.get(node);
    if (logger === undefined) {
      logger = this.net.child({ node });
      this.#nodes.set(node, logger);
    }
    return logger;
  }

  /** A logger for one epoch; not kept. */
  epoch(node: string, epoch: string): Logger {
    return this.node(node).child({ epoch });
  }

  /** Lines that `keep` holds for, oldest first. */
  lines(keep: (line: LogLine) => boolean): readonly LogLine[] {
    return this.#lines.all().filter(keep);
  }

  /** Lines ever written: the next one has this number. */
  get count(): number {
    return this.#lines.count;
  }

  /** Number of the oldest line kept. */
  get first(): number {
    return this.#lines.first;
  }

  /** The line of a number; undefined where there is none, or none any more. */
  line(number: number): LogLine | undefined {
    return this.#lines.line(number);
  }

  #keep(line: string): void {
    const destination = this.#destination;
    if (destination !== null) outsideCapture(() => destination.write(line));
    this.#lines.push(JSON.parse(line) as LogLine);
  }
}
