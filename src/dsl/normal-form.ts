/**
 * Raw data, from code or from TOML, brought to the normal form of a definition.
 *
 * Whatever has the wrong shape is reported and left out, so that the rest can still be judged:
 * names, references and terms are looked at in validate.ts.
 */
import { limits } from '../limits.ts';
import type { EdgeDefinition, GraphDefinition, NodeDefinition } from './definition.ts';
import type { Path, Problems } from './diagnostic.ts';
import { FieldReader, limitOr, shown, spelt, tableEntries } from './field-reader.ts';
import type { Spelling } from './field-reader.ts';
import { readConditions } from './normal-conditions.ts';
import { readPorts } from './normal-ports.ts';
import {
  codeOnlySettings,
  netSettingsSchema,
  nodeOptionsSchema,
  poolSchema,
  settingAliases,
  tableSettings,
} from './schema.ts';
import type { NetSettings, NodeOptions, PoolOptions } from './schema.ts';

const functionKeys = [
  'execNodeFunc',
  'startNodeFunc',
  'stopNodeFunc',
  'execFailedNodeFunc',
] as const;
const nodeKeys = [
  ...functionKeys,
  'inPorts',
  'outPorts',
  'inConditions',
  'outConditions',
  'options',
  'config',
  'factory',
  'factoryArgs',
  'net',
  'meta',
];
const namedNodeKeys = ['name', ...nodeKeys];
const edgeKeys = ['from', 'to', 'capacity', 'meta'];
/** Keeps the place of an edge that was reported, so that the others keep theirs. */
const unreadableEdge: EdgeDefinition = { from: '', to: '', capacity: 'infinite' };
const graphKeys = ['nodes', 'edges', 'inputs', 'outputs', 'net'];
const fileKeys = ['net', 'nodes', 'edges'];
const poolKeys = Object.keys(poolSchema.shape);
const optionKeys = Object.keys(nodeOptionsSchema.shape);
const netKeys = [...Object.keys(netSettingsSchema.shape), ...settingAliases.keys()];
const fileNetKeys = ['inputs', 'outputs', ...netKeys.filter((key) => !codeOnlySettings.has(key))];

/** Tables as plain objects all the way down: what people put into `meta`, `config` and arguments. */
function plain(raw: unknown): unknown {
  if (raw instanceof Map)
    return Object.fromEntries([...raw].map(([key, value]) => [String(key), plain(value)]));
  return Array.isArray(raw) ? raw.map(plain) : raw;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return tableEntries(value) !== undefined;
}

class NormalForm {
  readonly #reader: FieldReader;
  readonly #problems: Problems;

  constructor(problems: Problems, spelling: Spelling) {
    this.#problems = problems;
    this.#reader = new FieldReader(problems, spelling);
  }

  graph(raw: unknown): GraphDefinition {
    const snake = this.#reader.spelling === 'snake';
    const fields = this.#reader.fields(raw, snake ? fileKeys : graphKeys, []);
    const net = fields.has('net')
      ? this.#reader.fields(fields.get('net'), snake ? fileNetKeys : netKeys, ['net'])
      : new Map<string, unknown>();
    const outside = snake ? net : fields;
    const inputs = this.#names(outside.get('inputs'), ['net', 'inputs']);
    return {
      nodes: this.#nodes(fields.get('nodes')),
      edges: this.#edges(fields.get('edges')),
      ...(inputs === undefined ? {} : { inputs }),
      outputs: this.#names(outside.get('outputs'), ['net', 'outputs']) ?? [],
      net: this.#settings(net),
    };
  }

  #names(raw: unknown, path: Path): readonly string[] | undefined {
    if (raw === undefined) return undefined;
    const names: string[] = [];
    for (const [index, name] of this.#reader.list(raw, path).entries()) {
      if (typeof name === 'string') names.push(name);
      else this.#reader.reportWanted('EXPECTED_STRING', [...path, index], name);
    }
    return names;
  }

  #settings(fields: Map<string, unknown>): NetSettings {
    for (const [alias, key] of settingAliases) {
      if (!fields.has(alias)) continue;
      if (fields.has(key)) {
        const hint = `Keep \`${spelt(key)}\`.`;
        const message = `\`${spelt(alias)}\` and \`${spelt(key)}\` mean the same`;
        this.#problems.report('KEYS_EXCLUSIVE', ['net', spelt(alias)], message, hint, {
          at: 'key',
        });
      } else {
        fields.set(key, fields.get(alias));
      }
    }
    const parts = new Map(
      tableSettings.filter((key) => fields.has(key)).map((key) => [key, fields.get(key)]),
    );
    for (const key of parts.keys()) fields.delete(key);
    const settings: Record<string, unknown> = this.#reader.table(netSettingsSchema, fields, [
      'net',
    ]);
    for (const key of ['threadPools', 'processPools'] as const) {
      if (parts.has(key)) settings[key] = this.#pools(parts.get(key), ['net', spelt(key)]);
    }
    if (parts.has('defaults'))
      settings['defaults'] = this.#options(parts.get('defaults'), ['net', 'defaults']);
    const meta = this.#free(parts.get('meta'), ['net', 'meta']);
    if (meta !== undefined) settings['meta'] = meta;
    return settings;
  }

  #pools(raw: unknown, path: Path): Record<string, PoolOptions> {
    const entries = tableEntries(raw);
    if (entries === undefined) this.#reader.reportWanted('EXPECTED_TABLE', path, raw);
    const read: [string, PoolOptions][] = [];
    for (const [name, pool] of entries ?? []) {
      const at = [...path, name];
      const fields = this.#reader.fields(pool, poolKeys, at);
      if (tableEntries(pool) === undefined) continue;
      const size = this.#reader.check(poolSchema.shape.size, fields.get('size') ?? null, [
        ...at,
        'size',
      ]);
      read.push([name, { size: size ?? 1 }]);
    }
    return Object.fromEntries(read);
  }

  #options(raw: unknown, path: Path): NodeOptions {
    const fields = this.#reader.fields(raw, optionKeys, path, 'UNKNOWN_OPTION');
    return this.#reader.table(nodeOptionsSchema, fields, path);
  }

  #free(raw: unknown, path: Path): Readonly<Record<string, unknown>> | undefined {
    if (raw === undefined) return undefined;
    const value = plain(raw);
    if (isRecord(value)) return value;
    this.#reader.reportWanted('EXPECTED_TABLE', path, raw);
    return undefined;
  }

  #nodes(raw: unknown): readonly NodeDefinition[] {
    if (this.#reader.spelling === 'snake') {
      const entries = raw === undefined ? [] : tableEntries(raw);
      if (entries === undefined) this.#reader.reportWanted('EXPECTED_TABLE', ['nodes'], raw);
      return (entries ?? []).map(([name, node]) =>
        this.#node(name, this.#reader.fields(node, nodeKeys, ['nodes', name])),
      );
    }
    const read: NodeDefinition[] = [];
    const list = this.#sized(raw, ['nodes'], limits.nodes);
    for (let index = 0; index < list.length; index += 1) {
      const fields = this.#reader.fields(list[index], namedNodeKeys, ['nodes', index]);
      if (tableEntries(list[index]) === undefined) continue;
      const name = this.#string(fields, 'name', ['nodes', index]);
      if (name !== undefined) read.push(this.#node(name, fields));
    }
    return read;
  }

  #node(name: string, fields: ReadonlyMap<string, unknown>): NodeDefinition {
    const path = ['nodes', name];
    const inPorts = readPorts(this.#reader, fields.get('inPorts'), 'in', [...path, 'in_ports']);
    const outPorts = readPorts(this.#reader, fields.get('outPorts'), 'out', [...path, 'out_ports']);
    const factoryArgs = this.#free(fields.get('factoryArgs'), [...path, 'factory_args']);
    const meta = this.#free(fields.get('meta'), [...path, 'meta']);
    return {
      name,
      inPorts,
      outPorts,
      inConditions: readConditions(this.#reader, fields.get('inConditions'), 'in', inPorts, path),
      outConditions: readConditions(
        this.#reader,
        fields.get('outConditions'),
        'out',
        outPorts,
        path,
      ),
      options: fields.has('options')
        ? this.#options(fields.get('options'), [...path, 'options'])
        : {},
      ...this.#texts(fields, [...functionKeys, 'factory', 'net'], path),
      ...(fields.has('config') ? { config: plain(fields.get('config')) } : {}),
      ...(factoryArgs === undefined ? {} : { factoryArgs }),
      ...(meta === undefined ? {} : { meta }),
    };
  }

  #texts<K extends string>(
    fields: ReadonlyMap<string, unknown>,
    keys: readonly K[],
    path: Path,
  ): Partial<Record<K, string>> {
    const read: Partial<Record<K, string>> = {};
    for (const key of keys) {
      if (!fields.has(key)) continue;
      const value = fields.get(key);
      if (typeof value === 'string') read[key] = value;
      else this.#reader.reportWanted('EXPECTED_STRING', [...path, spelt(key)], value);
    }
    return read;
  }

  #edges(raw: unknown): readonly EdgeDefinition[] {
    const read: EdgeDefinition[] = [];
    if (raw === undefined) return read;
    const list = this.#sized(raw, ['edges'], limits.edges);
    for (let index = 0; index < list.length; index += 1) {
      const path = ['edges', index];
      if (tableEntries(list[index]) === undefined) {
        this.#reader.reportWanted('EXPECTED_TABLE', path, list[index]);
        read.push(unreadableEdge);
        continue;
      }
      const fields = this.#reader.fields(list[index], edgeKeys, path);
      const from = this.#portRef(fields, 'from', path);
      const to = this.#portRef(fields, 'to', path);
      const meta = this.#free(fields.get('meta'), [...path, 'meta']);
      const capacity = this.#capacity(fields.get('capacity'), [...path, 'capacity']);
      read.push({ from, to, capacity, ...(meta === undefined ? {} : { meta }) });
    }
    return read;
  }

  /** Empty where it cannot be read, which was then reported: edges keep their position in the list. */
  #portRef(fields: ReadonlyMap<string, unknown>, key: 'from' | 'to', path: Path): string {
    const ref = this.#string(fields, key, path);
    if (ref === '')
      this.#problems.report(
        'PORT_REF_INVALID',
        [...path, key],
        `\`${key}\` is empty`,
        'Write Node.port.',
      );
    return ref ?? '';
  }

  #capacity(raw: unknown, path: Path): number | 'infinite' {
    const capacity = raw === undefined ? 'infinite' : limitOr('infinite', raw);
    if (capacity === undefined) {
      const hint = 'Give a whole number from 1, or "infinite".';
      this.#problems.report(
        'CAPACITY_INVALID',
        path,
        `An edge cannot have the capacity ${shown(raw)}`,
        hint,
      );
    }
    return capacity ?? 'infinite';
  }

  #string(fields: ReadonlyMap<string, unknown>, key: string, path: Path): string | undefined {
    const value = fields.get(key);
    if (typeof value === 'string') return value;
    if (value !== undefined) this.#reader.reportWanted('EXPECTED_STRING', [...path, key], value);
    else this.#problems.report('KEY_MISSING', path, `\`${key}\` is missing`, `Add \`${key}\`.`);
    return undefined;
  }

  #sized(raw: unknown, path: Path, most: number): readonly unknown[] {
    if (raw === undefined) return [];
    const list = this.#reader.list(raw, path);
    if (list.length <= most) return list;
    this.#problems.report(
      'GRAPH_TOO_LARGE',
      path,
      `${list.length} ${path[0] ?? ''} are too many`,
      `At most ${most} fit.`,
    );
    return [];
  }
}

/** The normal form of `raw`; what has the wrong shape goes to `problems`. */
export function normalForm(raw: unknown, spelling: Spelling, problems: Problems): GraphDefinition {
  return new NormalForm(problems, spelling).graph(raw);
}
