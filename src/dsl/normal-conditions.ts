/** Salvo conditions as they are written brought to the normal form. */
import type { ConditionDefinition, InPortDefinition, TakeDefinition } from './definition.ts';
import type { Path } from './diagnostic.ts';
import { limitOr, shown, tableEntries } from './field-reader.ts';
import type { FieldReader } from './field-reader.ts';
import { isName } from './name.ts';
import type { Direction } from './normal-ports.ts';

const keys = ['when', 'ports', 'maxSalvos'];
const namedKeys = ['name', ...keys];
const takeKeys = ['port', 'count'];

function readCount(reader: FieldReader, raw: unknown, path: Path): number | 'all' {
  const count = limitOr('all', raw);
  if (count === undefined) {
    const hint = 'Give a whole number from 1, or "all".';
    reader.problems.report(
      'TAKE_INVALID',
      path,
      `A condition cannot take ${shown(raw)} of a port`,
      hint,
    );
  }
  return count ?? 'all';
}

function readListedTake(reader: FieldReader, raw: unknown, path: Path): TakeDefinition | undefined {
  if (typeof raw === 'string') return { port: raw, count: 'all' };
  if (tableEntries(raw) === undefined) {
    reader.reportWanted('EXPECTED_STRING', path, raw);
    return undefined;
  }
  const fields = reader.fields(raw, takeKeys, path);
  const port = fields.get('port');
  if (typeof port !== 'string') {
    reader.problems.report('KEY_MISSING', path, '`port` is missing', 'Name the port to take from.');
    return undefined;
  }
  return {
    port,
    count: fields.has('count') ? readCount(reader, fields.get('count'), [...path, 'count']) : 'all',
  };
}

function readTakes(
  reader: FieldReader,
  raw: unknown,
  ports: readonly InPortDefinition[],
  path: Path,
): readonly TakeDefinition[] {
  if (raw === undefined) return ports.map(({ name }) => ({ port: name, count: 'all' }));
  if (typeof raw === 'string') return [{ port: raw, count: 'all' }];
  const entries = tableEntries(raw);
  if (entries !== undefined) {
    return entries.map(([port, count]) => ({
      port,
      count: readCount(reader, count, [...path, port]),
    }));
  }
  if (!Array.isArray(raw)) {
    reader.reportWanted('EXPECTED_NAMES', path, raw);
    return ports.map(({ name }) => ({ port: name, count: 'all' }));
  }
  const takes: TakeDefinition[] = [];
  for (const [index, element] of raw.entries()) {
    const take = readListedTake(reader, element, [...path, index]);
    if (take !== undefined) takes.push(take);
  }
  return takes;
}

function readMaxSalvos(
  reader: FieldReader,
  raw: unknown,
  direction: Direction,
  path: Path,
): number | 'infinite' {
  const usual = direction === 'in' ? 1 : 'infinite';
  const max = raw === undefined ? usual : limitOr('infinite', raw);
  if (max === undefined) {
    const hint =
      direction === 'in' ? 'Leave the key out.' : 'Give a whole number from 1, or "infinite".';
    reader.problems.report('MAX_SALVOS_INVALID', path, `max_salvos cannot be ${shown(raw)}`, hint);
  } else if (direction === 'in' && max !== 1) {
    const message = `An input condition opens one epoch at a time: its max_salvos is 1, not ${shown(raw)}`;
    reader.problems.report('MAX_SALVOS_OF_INPUT', path, message, 'Leave the key out.');
  }
  return direction === 'in' ? 1 : (max ?? usual);
}

function readCondition(
  reader: FieldReader,
  name: string,
  fields: ReadonlyMap<string, unknown>,
  direction: Direction,
  ports: readonly InPortDefinition[],
  path: Path,
): ConditionDefinition | undefined {
  const when = fields.get('when');
  const takes = readTakes(reader, fields.get('ports'), ports, [...path, 'ports']);
  const maxSalvos = readMaxSalvos(reader, fields.get('maxSalvos'), direction, [
    ...path,
    'max_salvos',
  ]);
  if (typeof when === 'string') return { name, when, ports: takes, maxSalvos };
  if (fields.has('when')) reader.reportWanted('EXPECTED_STRING', [...path, 'when'], when);
  else {
    const hint = 'Say when it holds: when = "nonempty(port)".';
    reader.problems.report('KEY_MISSING', path, '`when` is missing', hint, { at: 'key' });
  }
  return undefined;
}

/** What a file that gives no conditions means: one of each input port when all have one; send what is there. */
export function usualConditions(
  direction: Direction,
  ports: readonly { readonly name: string }[],
): readonly ConditionDefinition[] {
  // A wrong name is one mistake, not a second one in a condition that nobody wrote.
  const names = [...new Set(ports.map(({ name }) => name))].filter(isName);
  if (names.length === 0) return [];
  const input = direction === 'in';
  return [
    {
      name: input ? 'default' : 'send',
      when: names.map((name) => `nonempty(${name})`).join(input ? ' and ' : ' or '),
      ports: names.map((port) => ({ port, count: input ? 1 : 'all' })),
      maxSalvos: input ? 1 : 'infinite',
    },
  ];
}

/** The conditions of one direction, in order: tables by name in TOML, a list in code. */
export function readConditions(
  reader: FieldReader,
  raw: unknown,
  direction: Direction,
  ports: readonly InPortDefinition[],
  node: Path,
): readonly ConditionDefinition[] {
  const path = [...node, `${direction}_salvo_conditions`];
  const conditions: ConditionDefinition[] = [];
  if (reader.spelling === 'snake') {
    if (raw === undefined) return usualConditions(direction, ports);
    const entries = tableEntries(raw);
    if (entries === undefined) reader.reportWanted('EXPECTED_TABLE', path, raw);
    for (const [name, element] of entries ?? []) {
      const at = [...path, name];
      const fields = reader.fields(element, keys, at);
      if (tableEntries(element) === undefined) continue;
      const condition = readCondition(reader, name, fields, direction, ports, at);
      if (condition !== undefined) conditions.push(condition);
    }
    return conditions;
  }
  for (const [index, element] of (raw === undefined ? [] : reader.list(raw, path)).entries()) {
    const fields = reader.fields(element, namedKeys, [...path, index]);
    const name = fields.get('name');
    if (typeof name === 'string') {
      const condition = readCondition(reader, name, fields, direction, ports, [...path, name]);
      if (condition !== undefined) conditions.push(condition);
    } else if (fields.has('name'))
      reader.reportWanted('EXPECTED_STRING', [...path, index, 'name'], name);
    else if (tableEntries(element) !== undefined) {
      reader.problems.report(
        'KEY_MISSING',
        [...path, index],
        '`name` is missing',
        'Add the name of the condition.',
      );
    }
  }
  return conditions;
}
