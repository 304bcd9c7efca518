/** What a test says of a net that it makes, and what it is told of one. */
import { inspect } from 'node:util';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import { type NodeType, isNodeType } from '../../dsl/node-type.ts';
import type { BlockKind, EpochId } from '../../machines/action.ts';
import type { NetOptions } from '../../runtime/setup/net-options.ts';
import type { ExecFunction } from '../../runtime/setup/node-setup.ts';
import type { FunctionsTime } from '../time/function-call.ts';
import type { SettingLeft } from './test-source.ts';
import { TestError } from '../test-error.ts';

/** Functions of a node, of which those that are not given stay as they are. */
export type GivenFunctions = ExecFunction | NodeFunctions | NodeType;

/**
 * What a test makes of a node: `held`, its epochs wait until the test ends them; or functions in place of its own, held
 * or not.
 */
export type TestNode = 'held' | { readonly held: GivenFunctions } | GivenFunctions;

export interface TestNetOptions extends Omit<NetOptions, 'clock' | 'handleSignals' | SettingLeft> {
  /** By node; `held` for all of them. Default: every node runs its own function. */
  readonly nodes?: 'held' | Readonly<Record<string, TestNode>>;
  /** What the clock shows at first, in milliseconds since 1970. Default: 0. */
  readonly startAtMs?: number;
  /**
   * What functions of nodes see the time of: `simulated`, their timers (`setTimeout`, `node:timers/promises`, …) ring when
   * the test moves the clock, which `Date` and `performance` tell; `real`, they wait, and the test for them. Default:
   * `simulated`.
   */
  readonly time?: FunctionsTime;
}

/** A timer that is armed. */
export interface TestTimer {
  /**
   * `retry:e5`, `timeout:e5`, `attempt:e5`, `rate:A`, `restart:A`; `sleep:e5`, `sleep:A.start` where a function waits for a
   * timer that it has set itself.
   */
  readonly key: string;
  /** Milliseconds from now. */
  readonly inMs: number;
}

/** What one step came to. */
export interface TestStep {
  /** Epochs that were started, in order. */
  readonly started: readonly EpochId[];
  /** Null where the net is not blocked. */
  readonly blocked: BlockKind | null;
}

/** An epoch that waits for the test. */
export interface WaitingEpoch {
  readonly node: string;
  readonly id: EpochId;
  /** From 0. */
  readonly attempt: number;
}

/** The functions that a node is given in place of its own; none for one that is only held. */
export function functionsGiven(name: string, node: TestNode): ExecFunction | NodeFunctions {
  if (node === 'held') return {};
  if (node === null || (typeof node !== 'object' && typeof node !== 'function')) {
    throw new TestError('OPTION_INVALID', `nodes.${name} is ${inspect(node)}`, {
      nodeName: name,
      hint: "Give 'held', functions, or { held: functions }.",
    });
  }
  const given = 'held' in node ? node.held : node;
  return isNodeType(given) ? given.functions : given;
}
