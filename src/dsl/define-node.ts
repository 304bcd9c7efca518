/**
 * Nodes as plain functions: values in, values out, typed by the ports' types.
 *
 * N1 a function whose values are there synchronously and that returns no promise runs synchronously.
 * N2 values are checked by the runtime where packets are consumed and loaded, and not again here.
 * N3 what one return or one `yield` gives is loaded in the order the ports are declared, and sent as
 * one salvo.
 */
import { NetrunError } from '../errors.ts';
import type { NodeInput } from './definition.ts';
import { nearest } from './nearest-name.ts';
import type {
  ExecContext,
  InputPackets,
  NodeFailureContext,
  NodeFunctions,
  NodeLife,
  Packet,
} from './node-functions.ts';
import { createNodeType, portSettings } from './node-type.ts';
import type {
  ConfigInput,
  ConfigOutput,
  ConfigReader,
  ConfigShape,
  NodeType,
  NodeTypeParts,
  NoPorts,
  PortSettings,
  PortTypes,
} from './node-type.ts';
import type { PortValue } from './port-type.ts';
import type { NodeOptions } from './schema.ts';

/** What a function node's function is given: a value per input port, a list where the port takes all. */
export type NodeInputs<In, Ports> = {
  readonly [P in keyof In]: P extends keyof Ports
    ? Ports[P] extends 'all' | { readonly take: 'all' }
      ? readonly PortValue<In[P]>[]
      : PortValue<In[P]>
    : PortValue<In[P]>;
};

/** What it gives back: a value per output port; `undefined` or no key sends nothing there. */
export type NodeOutputs<Out> = { readonly [P in keyof Out]?: PortValue<Out[P]> | undefined };

/** One salvo, or one per `yield`. */
export type NodeResult<Out> =
  | NodeOutputs<Out>
  | void
  | Promise<NodeOutputs<Out> | void>
  | Generator<NodeOutputs<Out>, void, unknown>
  | AsyncGenerator<NodeOutputs<Out>, void, unknown>;

/** The functions of a node's life, with the configuration read. */
interface LifeFunctions<C> {
  readonly start?: (life: NodeLife, tools: { readonly config: ConfigOutput<C> }) => unknown;
  readonly stop?: (life: NodeLife, tools: { readonly config: ConfigOutput<C> }) => unknown;
  readonly failed?: (failure: NodeFailureContext) => unknown;
}

interface NodeParts<In, Out, C, Ports> {
  /** Input ports and their types, in order. */
  readonly in?: In;
  /** Output ports and their types, in order. */
  readonly out?: Out;
  /** Schema of the node's configuration. Without one the node has none. */
  readonly config?: C;
  readonly ports?: Ports;
  readonly options?: NodeOptions;
}

export interface FunctionNode<In extends PortTypes, Out extends PortTypes, C, Ports>
  extends NodeParts<In, Out, C, Ports>, LifeFunctions<NoInfer<C>> {
  readonly exec: (
    inputs: NodeInputs<NoInfer<In>, NoInfer<Ports>>,
    tools: { readonly config: ConfigOutput<NoInfer<C>>; readonly ctx: ExecContext },
  ) => NodeResult<NoInfer<Out>>;
}

export interface RawNode<In extends PortTypes, Out extends PortTypes, C, Ports>
  extends NodeParts<In, Out, C, Ports>, LifeFunctions<NoInfer<C>> {
  /** Default: the usual one, `default`. An empty list gives none. */
  readonly inConditions?: NodeInput['inConditions'];
  /** Default: the usual one, `send`. An empty list gives none. */
  readonly outConditions?: NodeInput['outConditions'];
  /** A node without it gets epochs that are never started. */
  readonly exec?: (
    ctx: ExecContext,
    packets: { readonly [P in keyof NoInfer<In>]: readonly Packet[] },
    tools: { readonly config: ConfigOutput<NoInfer<C>> },
  ) => unknown;
}

/** What the functions of one node type work with. */
interface Ports {
  readonly inputs: readonly { readonly name: string; readonly all: boolean }[];
  readonly outputs: readonly string[];
}

type Values = Record<string, unknown>;

/** No inherited keys, so that any name can be one; quicker to fill than an object without a prototype. */
const bare = Object.freeze(Object.create(null) as object);

function wrongCount(ctx: ExecContext, port: string, count: number): NetrunError {
  const { nodeName, epochId } = ctx;
  return new NetrunError(
    'INPUT_COUNT',
    `Node ${nodeName} takes one packet of ${port}, but the epoch has ${count}`,
    {
      nodeName,
      epochId,
      hint: `Give each epoch one, or declare ports: { ${port}: 'all' }.`,
    },
  );
}

/** By its code: a user's module may have another copy of the package than the one that runs it. */
function isAsyncOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'VALUE_ASYNC';
}

/** The packets to consume, in order, and the place of each one's value. */
function listPackets(
  ports: Ports,
  ctx: ExecContext,
  packets: InputPackets,
  values: Values,
): [Packet, Values | unknown[], string][] {
  const list: [Packet, Values | unknown[], string][] = [];
  for (const { name, all } of ports.inputs) {
    const waiting = packets[name] ?? [];
    if (!all && waiting.length !== 1) throw wrongCount(ctx, name, waiting.length);
    const many: unknown[] = [];
    if (all) values[name] = many;
    for (const packet of waiting) list.push([packet, all ? many : values, name]);
  }
  return list;
}

function keep(place: Values | unknown[], name: string, value: unknown): void {
  if (Array.isArray(place)) place.push(value);
  else place[name] = value;
}

/** The values of the input packets, or a promise of them where one is to be had asynchronously only. */
function consumeAll(
  ports: Ports,
  ctx: ExecContext,
  packets: InputPackets,
): Values | Promise<Values> {
  const values = Object.create(bare) as Values;
  const list = listPackets(ports, ctx, packets, values);
  for (const [at, [packet, place, name]] of list.entries()) {
    let value: unknown;
    try {
      value = ctx.consumePacketSync(packet);
    } catch (error) {
      if (!isAsyncOnly(error)) throw error;
      return consumeRest(ctx, list.slice(at), values);
    }
    keep(place, name, value);
  }
  return values;
}

async function consumeRest(
  ctx: ExecContext,
  rest: ReturnType<typeof listPackets>,
  values: Values,
): Promise<Values> {
  for (const [packet, place, name] of rest) keep(place, name, await ctx.consumePacket(packet));
  return values;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function';
}

function isGenerator(value: unknown): value is Generator<unknown, unknown> {
  return isObject(value) && Symbol.iterator in value && 'next' in value;
}

function isAsyncGenerator(value: unknown): value is AsyncGenerator<unknown, unknown> {
  return isObject(value) && Symbol.asyncIterator in value && 'next' in value;
}

/** Whether `value` is an object of values by port, and not one of the many other kinds of object. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value) || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function invalid(ctx: ExecContext, what: string): NetrunError {
  const { nodeName, epochId } = ctx;
  return new NetrunError('OUTPUT_INVALID', `The function of node ${nodeName} ${what}`, {
    nodeName,
    epochId,
    hint: 'Give an object with a value for each output port: { port: value }; several salvos: yield them.',
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (isPromise(value)) return 'a promise';
  return isObject(value) ? 'an object of a class' : `a ${typeof value}`;
}

/** Loads and sends one salvo; nothing is sent where every port's value is `undefined`. */
function send(ports: Ports, ctx: ExecContext, given: unknown, verb: 'returned' | 'yielded'): void {
  if (given === undefined) return;
  if (!isRecord(given)) throw invalid(ctx, `${verb} ${kindOf(given)}`);
  for (const key of Object.keys(given)) {
    if (ports.outputs.includes(key)) continue;
    const { nodeName, epochId } = ctx;
    const known = nearest(key, ports.outputs);
    const hint =
      known === undefined
        ? `It has: ${ports.outputs.join(', ') || 'none'}.`
        : `Did you mean ${known}?`;
    throw new NetrunError(
      'OUTPUT_UNKNOWN',
      `The function of node ${nodeName} ${verb} a value for ${key}, which is no output port`,
      {
        nodeName,
        epochId,
        hint,
      },
    );
  }
  let loaded = false;
  for (const port of ports.outputs) {
    const value = Object.hasOwn(given, port) ? given[port] : undefined;
    if (value === undefined) continue;
    ctx.loadOutputPort(port, ctx.createPacket(value));
    loaded = true;
  }
  if (loaded) ctx.sendOutputSalvo('send');
}

/** Hands on what the generator yields; a value it returns would be lost, and is an error. */
function* yielded(
  ctx: ExecContext,
  generator: Generator<unknown, unknown>,
): Generator<unknown, void> {
  const end = yield* generator;
  if (end !== undefined) throw invalid(ctx, `is a generator and returned ${kindOf(end)}`);
}

async function* yieldedLater(
  ctx: ExecContext,
  generator: AsyncGenerator<unknown, unknown>,
): AsyncGenerator<unknown, void> {
  const end = yield* generator;
  if (end !== undefined) throw invalid(ctx, `is a generator and returned ${kindOf(end)}`);
}

/** Sends what the function gave, at once where it can be. */
function deliver(ports: Ports, ctx: ExecContext, result: unknown): void | Promise<void> {
  if (isPromise(result)) return Promise.resolve(result).then((later) => deliver(ports, ctx, later));
  if (isGenerator(result)) {
    for (const salvo of yielded(ctx, result)) send(ports, ctx, salvo, 'yielded');
    return undefined;
  }
  if (isAsyncGenerator(result)) return deliverLater(ports, ctx, result);
  return send(ports, ctx, result, 'returned');
}

async function deliverLater(
  ports: Ports,
  ctx: ExecContext,
  result: AsyncGenerator<unknown, unknown>,
): Promise<void> {
  for await (const salvo of yieldedLater(ctx, result)) send(ports, ctx, salvo, 'yielded');
}

/** A node's functions as users give them, the types of their ports set aside. */
interface GivenFunctions {
  readonly start?: ((life: NodeLife, tools: { readonly config: never }) => unknown) | undefined;
  readonly stop?: ((life: NodeLife, tools: { readonly config: never }) => unknown) | undefined;
  readonly failed?: ((failure: NodeFailureContext) => unknown) | undefined;
}

function lifeFunctions(given: GivenFunctions, readConfig: ConfigReader): NodeFunctions {
  const { start, stop, failed } = given;
  const tools = (life: NodeLife) => ({ config: readConfig(life.config) as never });
  return {
    ...(start === undefined ? {} : { start: (life: NodeLife) => start(life, tools(life)) }),
    ...(stop === undefined ? {} : { stop: (life: NodeLife) => stop(life, tools(life)) }),
    ...(failed === undefined ? {} : { failed }),
  };
}

function requireFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new NetrunError('FUNCTION_INVALID', `\`${name}\` of a node must be a function`, {
    hint: `Give a function as \`${name}\`.`,
  });
}

function requireFunctions(given: GivenFunctions & { readonly exec?: unknown }): void {
  for (const name of ['exec', 'start', 'stop', 'failed'] as const)
    requireFunction(name, given[name]);
}

/**
 * A node type made from one function of values.
 *
 * The packets of the input ports are consumed and their values passed in; what the function returns is
 * loaded into the output ports and sent as one salvo, what a generator yields as one salvo each. The
 * conditions are the usual ones: `default`, one packet of every input port (or all, as `ports` says),
 * and `send`, whatever is there.
 *
 * ```ts
 * const double = defineNode({
 *   in: { x: z.number() },
 *   out: { y: z.number() },
 *   exec: ({ x }) => ({ y: x * 2 }),
 * });
 * ```
 *
 * Throws `FUNCTION_INVALID` and `PORT_SETTING_UNKNOWN`. An attempt fails with `OUTPUT_UNKNOWN` for a key
 * that is no output port, `OUTPUT_INVALID` for a result that is no object of values by port,
 * `INPUT_COUNT` where an epoch opened by hand has not one packet of each port, and `CONFIG_INVALID`.
 */
export function defineNode<
  const In extends PortTypes = NoPorts,
  const Out extends PortTypes = NoPorts,
  C extends ConfigShape = undefined,
  const P extends PortSettings<In, Out> = PortSettings<In, Out>,
>(node: FunctionNode<In, Out, C, P>): NodeType<In, Out, ConfigInput<C>> {
  requireFunctions(node);
  const exec = node.exec as (
    inputs: Values,
    tools: { config: unknown; ctx: ExecContext },
  ) => unknown;
  if (exec === undefined) {
    throw new NetrunError('FUNCTION_INVALID', 'A function node needs `exec`', {
      hint: 'Give a function as `exec`.',
    });
  }
  const parts: NodeTypeParts = node;
  const settings = portSettings(parts);
  const ports: Ports = {
    inputs: Object.keys(node.in ?? {}).map((name) => ({
      name,
      all: settings.get(name)?.take === 'all',
    })),
    outputs: Object.keys(node.out ?? {}),
  };
  return createNodeType(parts, (readConfig) => ({
    ...lifeFunctions(node, readConfig),
    exec: (ctx, packets) => {
      const config = readConfig(ctx.config);
      const values = consumeAll(ports, ctx, packets);
      if (!(values instanceof Promise)) return deliver(ports, ctx, exec(values, { config, ctx }));
      return values.then((later) => deliver(ports, ctx, exec(later, { config, ctx })));
    },
  })) as NodeType<In, Out, ConfigInput<C>>;
}

/**
 * A node type whose function gets packets, and does with them what it likes: `exec(ctx, packets)`.
 * Conditions that are not given are the usual ones. Throws `FUNCTION_INVALID` and `PORT_SETTING_UNKNOWN`.
 */
export function defineRawNode<
  const In extends PortTypes = NoPorts,
  const Out extends PortTypes = NoPorts,
  C extends ConfigShape = undefined,
  const P extends PortSettings<In, Out> = PortSettings<In, Out>,
>(node: RawNode<In, Out, C, P>): NodeType<In, Out, ConfigInput<C>> {
  requireFunctions(node);
  const exec = node.exec as
    | ((ctx: ExecContext, packets: InputPackets, tools: { config: unknown }) => unknown)
    | undefined;
  const parts: NodeTypeParts = node;
  return createNodeType(parts, (readConfig) => ({
    ...lifeFunctions(node, readConfig),
    ...(exec === undefined
      ? {}
      : {
          exec: (ctx: ExecContext, packets: InputPackets) =>
            exec(ctx, packets, { config: readConfig(ctx.config) }),
        }),
  })) as NodeType<In, Out, ConfigInput<C>>;
}
