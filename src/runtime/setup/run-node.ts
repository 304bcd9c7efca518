/** A node as the runtime has it: its spec, its resolved options, its functions, and its memory. */
import type { NodeOptions } from '../../dsl/schema.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { Slots } from '../../machines/salvo.ts';
import type { NodeSpec } from '../../machines/spec.ts';
import type { EpochCounting } from '../drive/tally.ts';
import type { PortTypes } from '../epochs/port-types.ts';

export interface RunNode {
  readonly name: string;
  readonly spec: NodeSpec;
  readonly options: NodeOptions;
  config: unknown;
  functions: NodeFunctions;
  /** What committed epochs have left in `ctx.memory`. */
  readonly memory: Map<string, unknown>;
  readonly inTypes: PortTypes;
  readonly outTypes: PortTypes;
  /** Slots of its output ports; null = infinite. */
  readonly outSlots: Slots;
  /** Its epochs until now. */
  readonly counts: EpochCounting;
}
