/** What a test has a held attempt do: take its inputs, send values, throw. */
import type { ConditionDefinition, NodeDefinition } from '../../dsl/definition.ts';
import type { ExecContext, InputPackets } from '../../dsl/node-functions.ts';
import { TestError } from '../test-error.ts';
import type { Order } from './held-attempts.ts';

/** Values by output port, each sent as one packet. */
export type TestOutputs = Readonly<Record<string, unknown>>;

function ambiguous(node: string, message: string, hint: string): TestError {
  return new TestError('TEST_OUTPUT_AMBIGUOUS', `node ${node}: ${message}`, {
    nodeName: node,
    hint,
  });
}

/** One value by the only output port of a node. Throws `TEST_OUTPUT_AMBIGUOUS` where it has none or several. */
export function byOnlyPort({ name, outPorts }: NodeDefinition, value: unknown): TestOutputs {
  const [port, ...others] = outPorts;
  if (port !== undefined && others.length === 0) return { [port.name]: value };
  const ports = outPorts.map((each) => each.name).join(', ');
  throw ambiguous(
    name,
    `it has ${port === undefined ? 'no output port' : `several output ports: ${ports}`}`,
    port === undefined
      ? 'Let it succeed without a value.'
      : 'Name the port: succeedWith({ port: value }).',
  );
}

/**
 * The condition by which values of these ports leave: the one named, else the only one that takes of all of them, else
 * the one of them that is called `send`. Throws `TEST_OUTPUT_AMBIGUOUS`.
 */
export function conditionFor(
  { name, outConditions }: NodeDefinition,
  ports: readonly string[],
  named: string | undefined,
): string {
  if (named !== undefined) return named;
  const takes = ({ ports: taken }: ConditionDefinition): boolean =>
    ports.every((port) => taken.some((take) => take.port === port));
  const fitting = outConditions.filter(takes).map((condition) => condition.name);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  if (fitting.includes('send')) return 'send';
  const known = outConditions.map((condition) => condition.name).join(', ') || 'none';
  throw ambiguous(
    name,
    `${fitting.length === 0 ? 'no' : 'more than one'} output condition takes packets of ${ports.join(' and ')}`,
    `Name the condition: { condition: '…' }. It has: ${known}.`,
  );
}

/** Throws `TEST_OUTPUT_AMBIGUOUS` where the node has no such port. */
export function assertPorts({ name, outPorts }: NodeDefinition, outputs: TestOutputs): void {
  const known = outPorts.map((port) => port.name);
  for (const port of Object.keys(outputs))
    if (!known.includes(port))
      throw ambiguous(
        name,
        `it has no output port ${port}`,
        `It has: ${known.join(', ') || 'none'}.`,
      );
}

/** Consumes every packet of the salvo that is still there. */
export const consumeInputs: Order = async (ctx: ExecContext, packets: InputPackets) => {
  for (const list of Object.values(packets))
    for (const packet of list) await ctx.consumePacket(packet);
};

/**
 * Loads a value into each port named, in the order in which the node has them, and sends them as one salvo; nothing where no port
 * is named. Throws `TEST_OUTPUT_AMBIGUOUS`.
 */
export function sending(
  node: NodeDefinition,
  outputs: TestOutputs,
  condition: string | undefined,
): Order {
  assertPorts(node, outputs);
  const ports = node.outPorts
    .map(({ name }) => name)
    .filter((name) => Object.hasOwn(outputs, name));
  if (ports.length === 0) return () => undefined;
  const by = conditionFor(node, ports, condition);
  return (ctx) => {
    for (const port of ports) ctx.loadOutputPort(port, ctx.createPacket(outputs[port]));
    ctx.sendOutputSalvo(by);
  };
}
