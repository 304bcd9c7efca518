/** Settings that this version reads and prints but cannot follow: a net with them is refused, all at once. */
import { NetrunError } from '../../errors.ts';
import type { Graph } from '../../dsl/graph.ts';
import { type NetSettings, type NodeOptions, tomlKey } from '../../dsl/schema.ts';

/** Values of a setting that change nothing, beside its absence; null = none. */
type Harmless = ReadonlySet<unknown> | null;

const netSettings: readonly (readonly [keyof NetSettings, Harmless])[] = [['poolInitMode', null]];

const nodeOptions: readonly (readonly [keyof NodeOptions, Harmless])[] = [['poolInitMode', null]];

function found<T extends object>(
  settings: T,
  list: readonly (readonly [keyof T & string, Harmless])[],
  prefix: string,
): string[] {
  return list
    .filter(
      ([key, harmless]) => settings[key] !== undefined && harmless?.has(settings[key]) !== true,
    )
    .map(([key]) => `${prefix}.${tomlKey(key)}`);
}

/** Throws `UNSUPPORTED`, naming every setting of the graph that cannot be followed. */
export function refuseUnsupported(graph: Graph): void {
  const settings = [
    ...found(graph.settings, netSettings, 'net'),
    ...found(graph.settings.defaults ?? {}, nodeOptions, 'net.defaults'),
    ...graph.nodes.flatMap(({ name, options }) =>
      found(options, nodeOptions, `nodes.${name}.options`),
    ),
  ];
  if (settings.length === 0) return;
  throw new NetrunError('UNSUPPORTED', `this version cannot follow ${settings.join(', ')}`, {
    hint: 'Remove these settings, or wait for a version that follows them.',
  });
}
