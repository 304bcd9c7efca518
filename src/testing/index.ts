/** The entry point `netrun/testing`: flows tested as machines, with any test runner. */

// A net under a clock that the test moves.
export { TestNet, testNet } from './net/test-net.ts';
export type {
  TestNetOptions,
  TestNode,
  TestStep,
  TestTimer,
  WaitingEpoch,
} from './net/test-net.ts';
export { unawaited } from './net/settling.ts';
export { TestEpoch } from './net/test-epoch.ts';
export type { EpochChoice, SendOptions } from './net/test-epoch.ts';
export type { TestOutputs } from './net/test-orders.ts';
export type { TestSource } from './net/test-source.ts';
