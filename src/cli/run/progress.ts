/** What is shown while a flow runs: one contract for a terminal and for everything else. */
import type { Output } from '../terminal.ts';
import type { FlowStatus } from './flow-status.ts';

export interface Progress {
  /** Called ten times a second. */
  tick(status: FlowStatus): void;
  /** The terminal has another size. */
  resized(): void;
  /** Writes text of other code, whole lines at a time, without disturbing what is shown. */
  print(text: string, output: Output): void;
  /** Takes away what is shown, and writes what is left of `print`. */
  end(): void;
}

/** Milliseconds between ticks. */
export const tickMs = 100;
