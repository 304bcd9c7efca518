/** Small nets for the tests of the runtime. */
import type { NodeInput } from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import type { ExecContext, InputPackets } from '../../src/dsl/node-functions.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { Net } from '../../src/runtime/net.ts';
import type { NetOptions } from '../../src/runtime/setup/net-options.ts';
import type { ExecFunction } from '../../src/runtime/setup/node-setup.ts';

/** A node that fires when each of its input ports has a packet, taking one of each, and sends whatever it has. */
export function node(
  name: string,
  inPorts: NodeInput['inPorts'] & object,
  outPorts: NodeInput['outPorts'] & object,
  options: NodeOptions = {},
): NodeInput {
  const nameOf = (port: string | { readonly name: string }): string =>
    typeof port === 'string' ? port : port.name;
  const ins = inPorts.map(nameOf);
  const outs = outPorts.map(nameOf);
  return {
    name,
    inPorts,
    outPorts,
    inConditions:
      ins.length === 0
        ? []
        : [
            {
              name: 'default',
              when: ins.map((port) => `nonempty(${port})`).join(' and '),
              ports: ins.map((port) => ({ port, count: 1 })),
            },
          ],
    outConditions:
      outs.length === 0
        ? []
        : [{ name: 'send', when: outs.map((port) => `nonempty(${port})`).join(' or ') }],
    options,
  };
}

/** Consumes the one packet of `in`, and sends `change` of its value by `out`. */
export function mapping(change: (value: never) => unknown): ExecFunction {
  return (ctx, packets) => {
    const [packet] = packets['in'] ?? [];
    if (packet === undefined) throw new Error('no packet');
    const value = ctx.consumePacketSync(packet);
    ctx.loadOutputPort('out', ctx.createPacket(change(value as never)));
    ctx.sendOutputSalvo('send');
  };
}

/** As `mapping`, after the event loop has gone round. */
export function mappingLater(change: (value: never) => unknown): ExecFunction {
  const now = mapping(change);
  return async (ctx, packets) => {
    await nextRound();
    now(ctx, packets);
  };
}

/** Rounds of the event loop in which a net that was woken does what it can, also on a slow machine. */
const rounds = 4;

/** Lets the event loop go round, and everything happen that waits for nothing else. */
export async function nextRound(): Promise<void> {
  for (let round = 0; round < rounds; round++)
    await new Promise<void>((done) => {
      setImmediate(done);
    });
}

/** Consumes every input packet, and says their values by port. */
export function consumeAll(ctx: ExecContext, packets: InputPackets): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(packets).map(([port, list]) => [
      port,
      list.map((packet) => ctx.consumePacketSync(packet)),
    ]),
  );
}

/** A → B → …, each with ports `in` and `out`; the last one's `out` faces the outside. */
export function chain(
  names: readonly string[],
  options: Readonly<Record<string, NodeOptions>> = {},
): Graph {
  return new Graph({
    nodes: names.map((name) => node(name, ['in'], ['out'], options[name])),
    edges: names.slice(1).map((name, at) => ({ from: `${names[at]}.out`, to: `${name}.in` })),
    outputs: [`${names.at(-1)}.out`],
  });
}

/** One node A with ports `in` and `out`, both facing the outside. */
export function single(
  exec: ExecFunction,
  options: NodeOptions = {},
  net: NetOptions = {},
): { net: Net; clock: HeldClock } {
  const clock = new HeldClock(1_000_000);
  const made = new Net(chain(['A'], { A: options }), { clock, ...net });
  made.setNodeExec('A', exec);
  return { net: made, clock };
}

/** The names of the history's events, in order. */
export function eventsOf(net: Net): string[] {
  return [...net.history.events()].map(({ event }) => event);
}

/** Promise settled or not, without waiting for it. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let round = 0; round < 5; round++) await nextRound();
  return !settled;
}
