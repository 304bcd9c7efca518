/**
 * The entry point `netrun/testing/vitest`: matchers for nets under test. Importing it adds them to vitest's `expect`.
 *
 * The one file that knows vitest's matchers.
 */
import { dirname, resolve } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { BlockKind } from '../machines/action.ts';
import { type HistoryUpdate, matchingHistory } from './matchers/history-matcher.ts';
import { type ExpectedEpochs, blocked, epochs } from './matchers/net-matchers.ts';
import { asTestNet } from './matchers/verdict.ts';
import { visited } from './matchers/visited-matcher.ts';

/** Matchers for what `testNet` returned; the first and the third also take a Net. */
export interface FlowMatchers<R> {
  /** The net is blocked, in this way or in any. A failure says what it waits for. */
  toBeBlocked(kind?: BlockKind): R;
  /** The epochs of a node have sent these values by its port, `Node.port`, all in all and in this order. */
  toHaveSent(port: string, values: readonly unknown[]): R;
  /** So many epochs of these nodes were opened; or `{ finished: 2, failed: 1 }`. Other nodes do not matter. */
  toHaveEpochs(expected: Readonly<Record<string, ExpectedEpochs>>): R;
  /**
   * The actor has been in all of these states: `net`, `node:A`, `node:A/in:x`, `node:A/out:y`, `epoch:e12`, or
   * `node:A/epoch` for the epochs of a node together.
   */
  toHaveVisited(address: string, ...states: readonly [string, ...string[]]): R;
  /**
   * The history is that of the file, to the byte. The path is relative to the test's. A file that is missing is
   * written, but not in CI; with `--update` one that differs is written anew.
   */
  toMatchHistory(file: string): R;
}

declare module 'vitest' {
  interface Matchers<T> extends FlowMatchers<T> {}
}

/**
 * How vitest was told to go about files that tests write. It tells matchers nowhere but here; where a version does not,
 * nothing is written.
 */
function updateOf(state: object): HistoryUpdate {
  const { snapshotState } = state as { snapshotState?: { _updateSnapshot?: HistoryUpdate } };
  return snapshotState?._updateSnapshot ?? 'none';
}

expect.extend({
  toBeBlocked(received: unknown, kind?: BlockKind) {
    return blocked(received, kind);
  },
  toHaveSent(received: unknown, port: string, values: readonly unknown[]) {
    const net = asTestNet('toHaveSent', received);
    const sent = net.sent(port);
    const pass = this.equals(sent, values, [...this.customTesters, this.utils.iterableEquality]);
    return {
      pass,
      message: () =>
        pass
          ? `expected ${port} not to have sent ${inspect(values)}`
          : `expected ${port} to have sent other values\n\n${this.utils.diff(values, sent) ?? ''}\n\n${net.standing()}`,
    };
  },
  toHaveEpochs(received: unknown, expected: Readonly<Record<string, ExpectedEpochs>>) {
    return epochs(received, expected);
  },
  toHaveVisited(received: unknown, address: string, ...states: readonly string[]) {
    return visited(received, address, states);
  },
  toMatchHistory(received: unknown, file: string) {
    const path = resolve(dirname(this.testPath ?? '.'), file);
    return matchingHistory(received, path, updateOf(this), this.isNot);
  },
});
