/** Kinds of nodes: ports with their types, conditions, options and functions, to be used under any name. */
import { z } from 'zod';
import { NetrunError } from '../errors.ts';
import type { Fanout } from '../machines/spec.ts';
import type { NodeInput, OutPortInput, PortType } from './definition.ts';
import { formatPath } from './diagnostic.ts';
import type { NodeFunctions } from './node-functions.ts';
import { usualConditions } from './normal-conditions.ts';
import type { NodeOptions } from './schema.ts';

/** Types of ports by the ports' names, in declaration order. */
export type PortTypes = Readonly<Record<string, PortType>>;
export type NoPorts = Readonly<Record<never, PortType>>;

/** What an input port has besides its type. */
export interface InPortSetting {
  /** Whether an epoch takes one packet of this port, or all that wait. Default: one. */
  readonly take?: 'one' | 'all';
  /** Packets the port holds at most. Default: infinite. */
  readonly slots?: number | 'infinite';
}

/** What an output port has besides its type. */
export interface OutPortSetting {
  /** Packets of one epoch that the port holds at most. Default: infinite. */
  readonly slots?: number | 'infinite';
  /** How several edges share the packets. Default: copy. */
  readonly fanout?: Fanout;
}

/**
 * Settings of ports, by name; `'all'` is short for `{ take: 'all' }`. A name that is both an input
 * and an output port sets both.
 */
export type PortSettings<In, Out> = {
  readonly [P in keyof In | keyof Out]?: P extends keyof In
    ? 'all' | (P extends keyof Out ? InPortSetting & OutPortSetting : InPortSetting)
    : OutPortSetting;
};

/** Schema of a configuration: a zod schema, or one for each key (then no other key is allowed). */
export type ConfigShape = z.ZodType | Readonly<Record<string, z.ZodType>> | undefined;

/** A configuration as the node's functions get it. */
export type ConfigOutput<C> = C extends z.ZodType
  ? z.output<C>
  : C extends z.ZodRawShape
    ? z.output<z.ZodObject<C>>
    : undefined;

/** A configuration as the graph has it. */
export type ConfigInput<C> = C extends z.ZodType
  ? z.input<C>
  : C extends z.ZodRawShape
    ? z.input<z.ZodObject<C>>
    : undefined;

/** Marks node types, also those made by another copy of this package. */
const mark: unique symbol = Symbol.for('netrun.nodeType');

/** A kind of node. `Config` is what a configuration is written as; undefined = it has none. */
export interface NodeType<
  In extends PortTypes = PortTypes,
  Out extends PortTypes = PortTypes,
  Config = unknown,
> {
  readonly in: In;
  readonly out: Out;
  /** Ports, conditions and options, as a graph takes them. */
  readonly definition: Omit<NodeInput, 'name' | 'config'>;
  readonly configSchema: z.ZodType<unknown, Config> | undefined;
  readonly functions: NodeFunctions;
  readonly [mark]: true;
}

/** Whether `value` was made by `defineNode` or `defineRawNode`. */
export function isNodeType(value: unknown): value is NodeType {
  return typeof value === 'object' && value !== null && mark in value;
}

/** Reads a configuration; the same configuration is read once. */
export type ConfigReader = (config: unknown) => unknown;

function toSchema(shape: ConfigShape): z.ZodType | undefined {
  if (shape === undefined) return undefined;
  if ('_zod' in shape) return shape as z.ZodType;
  return z.strictObject(shape).prefault({});
}

/** A problem of a configuration; the path is within it. */
export interface ConfigProblem {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** What is wrong with `config` for a node with `schema`; a node without one takes none. */
export function configProblems(
  schema: z.ZodType | undefined,
  config: unknown,
): readonly ConfigProblem[] {
  if (schema === undefined) {
    return config === undefined
      ? []
      : [{ message: 'a node of this type has no configuration', path: [] }];
  }
  const result = z.safeParse(schema, config);
  if (result.success) return [];
  return result.error.issues.map(({ message, path }) => ({
    message,
    path: path.map((part) => (typeof part === 'number' ? part : String(part))),
  }));
}

function readerOf(schema: z.ZodType | undefined): ConfigReader {
  if (schema === undefined) return () => undefined;
  const read = new WeakMap<object, unknown>();
  const parse = (config: unknown): unknown => {
    const result = z.safeParse(schema, config);
    if (result.success) return result.data;
    const problems = configProblems(schema, config).map(
      ({ message, path }) => `${path.length === 0 ? '' : `${formatPath(path)}: `}${message}`,
    );
    throw new NetrunError(
      'CONFIG_INVALID',
      `The configuration does not fit: ${problems.join('; ')}`,
      {
        hint: 'Set what the schema of the node asks for.',
        cause: result.error,
      },
    );
  };
  return (config) => {
    if (typeof config !== 'object' || config === null) return parse(config);
    if (!read.has(config)) read.set(config, parse(config));
    return read.get(config);
  };
}

/** What node types have in common, before their functions. */
export interface NodeTypeParts {
  readonly in?: PortTypes | undefined;
  readonly out?: PortTypes | undefined;
  readonly config?: ConfigShape;
  readonly ports?: Readonly<Record<string, unknown>> | undefined;
  readonly options?: NodeOptions | undefined;
  readonly inConditions?: NodeInput['inConditions'] | undefined;
  readonly outConditions?: NodeInput['outConditions'] | undefined;
}

/** The settings of ports by name, `'all'` written out. Throws `PORT_SETTING_UNKNOWN`. */
export function portSettings(
  parts: NodeTypeParts,
): ReadonlyMap<string, InPortSetting & OutPortSetting> {
  const settings = new Map<string, InPortSetting & OutPortSetting>();
  for (const [name, setting] of Object.entries(parts.ports ?? {})) {
    if (!Object.hasOwn(parts.in ?? {}, name) && !Object.hasOwn(parts.out ?? {}, name)) {
      throw new NetrunError(
        'PORT_SETTING_UNKNOWN',
        `\`ports\` sets ${name}, which is no port of the node`,
        {
          hint: 'Name one of the ports under `in` or `out`.',
        },
      );
    }
    settings.set(
      name,
      setting === 'all' ? { take: 'all' } : (setting as InPortSetting & OutPortSetting),
    );
  }
  return settings;
}

function definitionOf(parts: NodeTypeParts): NodeType['definition'] {
  const settings = portSettings(parts);
  const port = (name: string, type: PortType): OutPortInput => {
    const { slots } = settings.get(name) ?? {};
    return { name, type, ...(slots === undefined ? {} : { slots }) };
  };
  const inPorts = Object.entries(parts.in ?? {}).map(([name, type]) => port(name, type));
  const outPorts = Object.entries(parts.out ?? {}).map(([name, type]) => {
    const { fanout } = settings.get(name) ?? {};
    return { ...port(name, type), ...(fanout === undefined ? {} : { fanout }) };
  });
  const usualIn = usualConditions('in', inPorts).map((condition) => ({
    ...condition,
    ports: condition.ports.map(({ port, count }) => ({
      port,
      count: settings.get(port)?.take === 'all' ? ('all' as const) : count,
    })),
  }));
  return {
    inPorts,
    outPorts,
    inConditions: parts.inConditions ?? usualIn,
    outConditions: parts.outConditions ?? usualConditions('out', outPorts),
    ...(parts.options === undefined ? {} : { options: parts.options }),
  };
}

/** A node type of these parts; `functions` gets the reader of the node's configuration. */
export function createNodeType(
  parts: NodeTypeParts,
  functions: (readConfig: ConfigReader) => NodeFunctions,
): NodeType {
  const schema = toSchema(parts.config);
  return {
    in: parts.in ?? {},
    out: parts.out ?? {},
    definition: definitionOf(parts),
    configSchema: schema,
    functions: functions(readerOf(schema)),
    [mark]: true,
  };
}
