/** Ports as they are written, a list or a table, brought to the normal form. */
import { limits } from '../limits.ts';
import type { Fanout } from '../machines/spec.ts';
import type { OutPortDefinition, PortType } from './definition.ts';
import type { Path } from './diagnostic.ts';
import { limitOr, shown, tableEntries } from './field-reader.ts';
import type { FieldReader } from './field-reader.ts';
import { isImportPath } from './import-path.ts';

export type Direction = 'in' | 'out';

const keys = ['slots', 'type', 'fanout'];
const namedKeys = ['name', ...keys];
const fanouts: readonly Fanout[] = ['copy', 'round_robin', 'error'];

const typeName = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

function isSchema(value: object): boolean {
  return '_zod' in value;
}

function isPortType(value: unknown): value is PortType {
  if (typeof value === 'string') return typeName.test(value) || isImportPath(value);
  return (
    typeof value === 'function' || (typeof value === 'object' && value !== null && isSchema(value))
  );
}

/** `{ class, exact }` and its older forms: `isinstance = false` is exact, `subclass = true` is the plain class. */
function classType(raw: unknown): PortType | undefined {
  const entries = tableEntries(raw);
  if (entries === undefined) return undefined;
  const parts = new Map(entries);
  const of = parts.get('class');
  if (typeof of !== 'function' && (typeof of !== 'string' || !typeName.test(of))) return undefined;
  let exact = false;
  for (const [key, value] of entries) {
    if (key === 'class') continue;
    if (typeof value !== 'boolean') return undefined;
    if (key === 'exact') exact = value;
    else if (key === 'isinstance') exact = !value;
    else if (key !== 'subclass' || !value) return undefined;
  }
  return exact ? { class: of as string, exact } : (of as PortType);
}

function readType(reader: FieldReader, raw: unknown, path: Path): PortType | undefined {
  const type = isPortType(raw) ? raw : classType(raw);
  if (type === undefined) {
    const hint =
      'Write the name of a type ("string", "number", a class, "file#schema") or { class = "Name", exact = true }.';
    reader.problems.report('PORT_TYPE_INVALID', path, `${shown(raw)} is no type`, hint);
  }
  return type;
}

function readFanout(reader: FieldReader, raw: unknown, direction: Direction, path: Path): Fanout {
  const fanout = fanouts.find((each) => each === raw);
  const fits = raw === undefined || (fanout !== undefined && direction === 'out');
  if (!fits) {
    const hint =
      direction === 'in' ? 'Only output ports have a fanout.' : `Use one of ${fanouts.join(', ')}.`;
    reader.problems.report(
      'FANOUT_INVALID',
      path,
      `The fanout of this port cannot be ${shown(raw)}`,
      hint,
    );
  }
  return fanout ?? 'copy';
}

/** A port of which only the name is given. */
function plainPort(name: string, direction: Direction): OutPortDefinition {
  const port = { name, slots: 'infinite' as const };
  return (direction === 'out' ? { ...port, fanout: 'copy' } : port) as OutPortDefinition;
}

function readPort(
  reader: FieldReader,
  name: string,
  fields: ReadonlyMap<string, unknown>,
  direction: Direction,
  path: Path,
): OutPortDefinition {
  const given = fields.get('slots');
  const slots = given === undefined ? 'infinite' : limitOr('infinite', given);
  if (slots === undefined) {
    const hint = 'Give a whole number from 1, or "infinite".';
    reader.problems.report(
      'SLOTS_INVALID',
      [...path, 'slots'],
      `A port cannot have ${shown(given)} slots`,
      hint,
    );
  }
  const fanout = readFanout(reader, fields.get('fanout'), direction, [...path, 'fanout']);
  const type = fields.has('type')
    ? readType(reader, fields.get('type'), [...path, 'type'])
    : undefined;
  return {
    name,
    slots: slots ?? 'infinite',
    ...(direction === 'out' ? { fanout } : {}),
    ...(type === undefined ? {} : { type }),
  } as OutPortDefinition;
}

/** The ports of one direction, in order: names or tables in a list, or tables by name. */
export function readPorts(
  reader: FieldReader,
  raw: unknown,
  direction: Direction,
  path: Path,
): readonly OutPortDefinition[] {
  if (raw === undefined) return [];
  const entries = tableEntries(raw);
  const size = entries?.length ?? (Array.isArray(raw) ? raw.length : 0);
  if (size > limits.ports) {
    const message = `${size} ports are too many`;
    reader.problems.report('GRAPH_TOO_LARGE', path, message, `At most ${limits.ports} fit a node.`);
    return [];
  }
  if (entries !== undefined) {
    return entries.map(([name, port]) => {
      const at = [...path, name];
      return readPort(reader, name, reader.fields(port, keys, at), direction, at);
    });
  }
  const ports: OutPortDefinition[] = [];
  for (const [index, element] of reader.list(raw, path).entries()) {
    if (typeof element === 'string') {
      ports.push(plainPort(element, direction));
      continue;
    }
    const fields = reader.fields(element, namedKeys, [...path, index]);
    const name = fields.get('name');
    if (typeof name === 'string')
      ports.push(readPort(reader, name, fields, direction, [...path, name]));
    else if (fields.has('name'))
      reader.reportWanted('EXPECTED_STRING', [...path, index, 'name'], name);
    else if (tableEntries(element) !== undefined) {
      reader.problems.report(
        'KEY_MISSING',
        [...path, index],
        '`name` is missing',
        'Add the name of the port.',
      );
    }
  }
  return ports;
}
