/** Histories of a small flow, written to files as a run writes them. */
import type { Packet } from '../../src/dsl/node-functions.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { Net } from '../../src/runtime/net.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import type { Workspace } from './workspace.ts';

/** Noon of a day, in milliseconds: times in the histories do not depend on when the tests run. */
const noonMs = Date.UTC(2026, 0, 2, 12);

const definition = `
[net]
on_error = "continue"
inputs = ["Split.in"]
outputs = ["Join.out"]

[nodes.Split]
in_ports = ["in"]
out_ports = ["out"]

[nodes.Join]
in_ports = ["left", "right"]
out_ports = ["out"]

[[edges]]
from = "Split.out"
to = "Join.left"

[[edges]]
from = "Split.out"
to = "Join.right"
`;

export interface FlowOptions {
  /** Values that are put in. */
  readonly values?: readonly unknown[];
  /** The first epochs of Join that fail. */
  readonly failures?: number;
  /** Goes on, without being stopped. */
  readonly goesOn?: boolean;
  /** The definition, changed. */
  readonly change?: (text: string) => string;
}

/** Asks for the packet's id: what the function does is written down operation by operation then. */
function known(packet: Packet): Packet {
  if (packet.id === '') throw new Error('a packet without an id');
  return packet;
}

/** Runs the flow to its end: with the same history each time, however busy the machine is. */
export async function runFlow(options: FlowOptions = {}): Promise<Net> {
  const { values = [1, 2], failures = 0, goesOn = false, change = (text) => text } = options;
  const net = new Net(Graph.fromToml(change(definition)), {
    clock: new HeldClock(noonMs),
    logLevel: 'silent',
  });
  let left = failures;
  net.setNodeExec('Split', (ctx, packets) => {
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
    ctx.loadOutputPort('out', known(ctx.createPacket('split')));
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec('Join', (ctx, packets) => {
    left -= 1;
    if (left >= 0) throw new Error('no luck');
    for (const packet of Object.values(packets).flat()) ctx.consumePacketSync(packet);
    ctx.loadOutputPort('out', known(ctx.createPacket('joined')));
    ctx.sendOutputSalvo('send');
  });
  for (const value of values) await net.inject('Split.in', value);
  await net.start();
  if (!goesOn) await net.stop();
  return net;
}

/** The lines of its history. */
export function linesOf(net: Net): string[] {
  return [...net.history.lines()];
}

/** Writes lines as a history; gives its path. */
export function writeHistory(
  workspace: Workspace,
  name: string,
  lines: readonly string[],
  change: (line: string, at: number) => string = (line) => line,
): string {
  return workspace.file(name, `${lines.map(change).join('\n')}\n`);
}
