/** A definition printed as TOML, in canonical form. */
import type { z } from 'zod';
import type {
  ConditionDefinition,
  EdgeDefinition,
  GraphDefinition,
  InPortDefinition,
  NodeDefinition,
  OutPortDefinition,
  PortType,
  TakeDefinition,
} from '../definition.ts';
import type { Path } from '../diagnostic.ts';
import { spelt } from '../field-reader.ts';
import { usualConditions } from '../normal-conditions.ts';
import { netSettingsSchema, nodeOptionsSchema, tableSettings } from '../schema.ts';
import type { NetSettings, NodeOptions } from '../schema.ts';
import { parseTerm } from '../term/parser.ts';
import { printTerm } from '../term/printer.ts';
import { isPlainObject, notPrintable, present, printKey, printValue } from './values.ts';

type Row = readonly [key: string, value: unknown];

const sourceKeys = [
  'execNodeFunc',
  'startNodeFunc',
  'stopNodeFunc',
  'execFailedNodeFunc',
  'factory',
  'factoryArgs',
  'net',
] as const;

function typeValue(type: PortType, path: Path): unknown {
  const name = (of: unknown): string => {
    if (typeof of === 'string') return of;
    return typeof of === 'function' && of.name !== ''
      ? of.name
      : notPrintable(path, 'a class without a name');
  };
  if (typeof type === 'string' || typeof type === 'function') return name(type);
  if ('class' in type && 'exact' in type) return { class: name(type.class), exact: type.exact };
  return notPrintable(path, 'a schema in code');
}

function portValue(
  port: InPortDefinition | OutPortDefinition,
  path: Path,
): Readonly<Record<string, unknown>> {
  return {
    slots: port.slots === 'infinite' ? undefined : port.slots,
    type: port.type === undefined ? undefined : typeValue(port.type, [...path, 'type']),
    fanout: 'fanout' in port && port.fanout !== 'copy' ? port.fanout : undefined,
  };
}

/** A list of names where ports have no more than that, else tables by name. */
function portsValue(ports: readonly (InPortDefinition | OutPortDefinition)[], path: Path): unknown {
  const tables = ports.map((port): [string, Readonly<Record<string, unknown>>] => [
    port.name,
    portValue(port, [...path, port.name]),
  ]);
  if (tables.every(([, table]) => present(table).length === 0))
    return ports.map(({ name }) => name);
  return Object.fromEntries(tables);
}

function takesValue(takes: readonly TakeDefinition[]): unknown {
  if (takes.every(({ count }) => count === 'all')) return takes.map(({ port }) => port);
  return Object.fromEntries(takes.map(({ port, count }) => [port, count]));
}

function sameConditions(
  left: readonly ConditionDefinition[],
  right: readonly ConditionDefinition[],
): boolean {
  const form = (conditions: readonly ConditionDefinition[]): string =>
    JSON.stringify(
      conditions.map(({ name, when, ports, maxSalvos }) => [
        name,
        printTerm(parseTerm(when)),
        ports.map(({ port, count }) => [port, count]),
        maxSalvos,
      ]),
    );
  return left.length === right.length && form(left) === form(right);
}

/** The conditions to be printed; null where they are the ones that a file means without giving any. */
function unusual(
  direction: 'in' | 'out',
  ports: readonly InPortDefinition[],
  conditions: readonly ConditionDefinition[],
): readonly ConditionDefinition[] | null {
  return sameConditions(conditions, usualConditions(direction, ports)) ? null : conditions;
}

class Printer {
  readonly #blocks: string[] = [];

  definition(definition: GraphDefinition): string {
    this.#net(definition);
    for (const node of definition.nodes) this.#node(node);
    for (const [index, edge] of definition.edges.entries()) this.#edge(edge, index);
    return this.#blocks.length === 0 ? '' : `${this.#blocks.join('\n\n')}\n`;
  }

  /** A header and its lines. With `force` also where it has none. */
  #table(path: Path, rows: readonly Row[], force: boolean, list = false): void {
    const lines = rows
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${printKey(key)} = ${printValue(value, [...path, key])}`);
    if (lines.length === 0 && !force) return;
    const name = path
      .filter((part) => typeof part === 'string')
      .map(printKey)
      .join('.');
    this.#blocks.push([list ? `[[${name}]]` : `[${name}]`, ...lines].join('\n'));
  }

  /** The settings that `schema` knows, in its order. */
  #rows(
    schema: z.ZodObject,
    settings: NetSettings | NodeOptions,
    path: Path,
    except: readonly string[] = [],
  ): readonly Row[] {
    const values = new Map<string, unknown>(Object.entries(settings));
    return Object.keys(schema.shape)
      .filter((key) => values.get(key) !== undefined && !except.includes(key))
      .map((key): Row => {
        const value = values.get(key);
        return [
          spelt(key),
          typeof value === 'function' ? notPrintable([...path, spelt(key)], 'a function') : value,
        ];
      });
  }

  /** What users put in: its own table where it is one, for reading's sake. */
  #free(path: Path, value: unknown): void {
    if (isPlainObject(value)) this.#table(path, present(value), true);
  }

  #net({ net, inputs, outputs }: GraphDefinition): void {
    const facing: readonly Row[] = [
      ['inputs', inputs],
      ['outputs', outputs.length === 0 ? undefined : outputs],
    ];
    this.#table(
      ['net'],
      [...this.#rows(netSettingsSchema, net, ['net'], tableSettings), ...facing],
      false,
    );
    for (const key of ['threadPools', 'processPools'] as const) {
      const pools = net[key];
      if (pools === undefined) continue;
      const path = ['net', spelt(key)];
      this.#table(path, [], Object.keys(pools).length === 0);
      for (const [name, pool] of Object.entries(pools))
        this.#table([...path, name], Object.entries(pool), true);
    }
    const path = ['net', 'defaults'];
    if (net.defaults !== undefined)
      this.#table(path, this.#rows(nodeOptionsSchema, net.defaults, path), true);
    this.#free(['net', 'meta'], net.meta);
  }

  #node(node: NodeDefinition): void {
    const path = ['nodes', node.name];
    const inConditions = unusual('in', node.inPorts, node.inConditions);
    const outConditions = unusual('out', node.outPorts, node.outConditions);
    const open = (of: 'in' | 'out', conditions: readonly unknown[] | null): Row => [
      `${of}_salvo_conditions`,
      conditions?.length === 0 ? {} : undefined,
    ];
    const ports = (key: string, of: readonly InPortDefinition[]): Row => [
      key,
      of.length === 0 ? undefined : portsValue(of, [...path, key]),
    ];
    this.#table(
      path,
      [
        ...sourceKeys.map((key): Row => [spelt(key), node[key]]),
        ports('in_ports', node.inPorts),
        ports('out_ports', node.outPorts),
        open('in', inConditions),
        open('out', outConditions),
        ['config', isPlainObject(node.config) ? undefined : node.config],
      ],
      true,
    );
    for (const condition of inConditions ?? [])
      this.#condition([...path, 'in_salvo_conditions', condition.name], condition, 1);
    for (const condition of outConditions ?? []) {
      this.#condition([...path, 'out_salvo_conditions', condition.name], condition, 'infinite');
    }
    const options = [...path, 'options'];
    this.#table(options, this.#rows(nodeOptionsSchema, node.options, options), false);
    this.#free([...path, 'config'], node.config);
    this.#free([...path, 'meta'], node.meta);
  }

  #condition(
    path: Path,
    { when, ports, maxSalvos }: ConditionDefinition,
    usual: number | 'infinite',
  ): void {
    const rows: readonly Row[] = [
      ['when', printTerm(parseTerm(when))],
      ['ports', takesValue(ports)],
      ['max_salvos', maxSalvos === usual ? undefined : maxSalvos],
    ];
    this.#table(path, rows, true);
  }

  #edge({ from, to, capacity, meta }: EdgeDefinition, index: number): void {
    const rows: readonly Row[] = [
      ['from', from],
      ['to', to],
      ['capacity', capacity === 'infinite' ? undefined : capacity],
      ['meta', meta],
    ];
    this.#table(['edges', index], rows, true, true);
  }
}

/** The TOML of a valid definition. Throws DslError `NOT_PRINTABLE` for what TOML has no form for. */
export function printDefinition(definition: GraphDefinition): string {
  return new Printer().definition(definition);
}
