/** What a node knows: the context of its machine, and what it is made from. */
import type { SalvoPackets } from './action.ts';
import type { InputPortInput } from './input-port.machine.ts';
import type { OutputPortInput } from './output-port.machine.ts';
import type { Ids } from './protocol.ts';
import type { NodeShape } from './spec.ts';

export interface NodeContext {
  readonly name: string;
  readonly index: number;
  /** Packets that wait, by input port. */
  readonly counts: readonly number[];
  /** The salvo being gathered: its packets, the same as the history names them, and ports that have not answered. */
  readonly packets: readonly number[];
  readonly salvo: SalvoPackets;
  readonly awaiting: number;
  readonly ids: Ids;
  /** Epochs opened, ever; the last one's id, and the one before it that was not one too many. */
  readonly opened: number;
  readonly last: number;
  readonly before: number;
  /** Startable epochs, running epochs, epochs started, ever. */
  readonly pending: number;
  readonly running: number;
  readonly started: number;
  /** No StartNet yet: a bare simulation. */
  readonly bare: boolean;
  readonly netOpen: boolean;
  readonly up: boolean;
  readonly functionless: boolean;
  readonly autostart: boolean;
  readonly blockedOutputs: number;
  /** Milliseconds; the next start is not before. */
  readonly nextStartAt: number;
  /** When the rate limit's timer is due; null = not armed. */
  readonly rateAt: number | null;
  /** Calls of the start function that failed, and when it is called again; null = not armed. */
  readonly startFailures: number;
  readonly restartAt: number | null;
}

export interface NodeInput {
  readonly name: string;
  readonly index: number;
  readonly inputs: readonly InputPortInput[];
  readonly outputs: readonly OutputPortInput[];
}

const none: readonly never[] = [];

export function initialContext(spec: NodeShape, input: NodeInput): NodeContext {
  return {
    name: input.name,
    index: input.index,
    counts: spec.inPorts.map(() => 0),
    packets: none,
    salvo: none,
    awaiting: 0,
    ids: { packets: 0, epochs: 0 },
    opened: 0,
    last: 0,
    before: 0,
    pending: 0,
    running: 0,
    started: 0,
    bare: true,
    netOpen: false,
    up: false,
    functionless: false,
    autostart: false,
    blockedOutputs: 0,
    nextStartAt: 0,
    rateAt: null,
    startFailures: 0,
    restartAt: null,
  };
}
