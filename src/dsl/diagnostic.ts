/** What is wrong with a definition, and where: the diagnostics and the catalogue of their codes. */
import { limits } from '../limits.ts';

/** A place in a text, line and column from 1 (columns in UTF-16 code units). */
export interface Place {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** Where in a definition, from the root: keys as TOML spells them, positions in lists as numbers. */
export type Path = readonly (string | number)[];

export interface Diagnostic {
  /** One of `definitionCodes`. */
  readonly code: string;
  readonly message: string;
  /** Where the definition came from text. */
  readonly place?: Place;
  /** `nodes.A.in_ports.x.slots`, `edges[3].from`; empty for the whole definition. */
  readonly path: string;
  /** What to do about it, in one or two sentences. */
  readonly hint: string;
}

/** Every code a diagnostic of a definition can have, and what it means. */
export const definitionCodes: Readonly<Record<string, string>> = {
  DEFINITION_TOO_LARGE: 'The text is larger than a definition may be.',
  DEFINITION_NOT_UTF8: 'The text is not valid UTF-8 or has half a surrogate pair.',
  DEFINITION_BINARY: 'The text has NUL characters: it is a binary file.',
  DEFINITION_TOO_DEEP: 'Lists and tables are nested too deep.',
  MORE_PROBLEMS: 'There are more problems than are shown.',
  TOML_KEY_TOO_LONG: 'A dotted key has too many parts.',
  TOML_KEY_MISSING:
    'A key was expected: nothing before the equals sign, two dots in a row, an empty header.',
  TOML_EQUALS_MISSING: 'A key is not followed by an equals sign.',
  TOML_VALUE_MISSING: 'A key has no value.',
  TOML_VALUE_INVALID: 'What stands for a value is none that TOML knows, such as an unquoted word.',
  TOML_NUMBER_INVALID: 'A number is written wrongly or is beyond 64 bits.',
  TOML_DATE_INVALID: 'A date or time does not exist.',
  TOML_STRING_UNTERMINATED: 'A string is not closed.',
  TOML_ESCAPE_INVALID: 'A backslash in a string is followed by something that is no escape.',
  TOML_CONTROL_CHARACTER: 'A control character stands where none may.',
  TOML_LIST_UNTERMINATED: 'A list is not closed.',
  TOML_TABLE_UNTERMINATED: 'An inline table is not closed.',
  TOML_COMMA_MISSING: 'Two elements are not separated by a comma.',
  TOML_HEADER_UNTERMINATED: 'A table header is not closed.',
  TOML_LINE_NOT_ENDED: 'Something follows a value or a header on the same line.',
  TOML_KEY_DUPLICATE: 'A key or a table is given twice.',
  TOML_KEY_RESERVED: 'A key is one of the names that JavaScript objects reserve.',
  UNKNOWN_KEY: 'A key is not one that the table it stands in has.',
  UNKNOWN_OPTION: 'A key in a table of node options is not an option.',
  KEY_MISSING: 'A key that must be there is not.',
  KEYS_EXCLUSIVE: 'Two keys are given of which only one may be.',
  EXPECTED_TABLE: 'A table was expected.',
  EXPECTED_LIST: 'A list was expected.',
  EXPECTED_STRING: 'A string was expected.',
  EXPECTED_NUMBER: 'A finite number was expected.',
  EXPECTED_INTEGER: 'A whole number that is exact in JavaScript was expected.',
  EXPECTED_BOOLEAN: 'true or false was expected.',
  EXPECTED_FUNCTION: 'A function was expected.',
  EXPECTED_NAMES: 'A name or a list of names was expected.',
  VALUE_NOT_ALLOWED: 'A value is not one of those the key can have.',
  STRING_EMPTY: 'A string that must say something is empty.',
  NUMBER_NOT_POSITIVE: 'A number must be above zero.',
  NUMBER_NEGATIVE: 'A number must not be below zero.',
  NUMBER_NOT_A_SHARE: 'A number must lie between 0 and 1.',
  TIME_NEGATIVE: 'A time is negative.',
  TIME_NOT_POSITIVE: 'A time limit must be above zero.',
  TIME_TOO_LONG: 'A time is longer than can be waited for.',
  IMPORT_PATH_INVALID: 'A function or factory is not named as file#export.',
  POOL_SIZE_INVALID: 'The size of a pool is not a positive whole number.',
  POOL_DUPLICATE: 'A thread pool and a process pool have the same name.',
  POOL_UNKNOWN: 'An option names a pool that the net does not have.',
  DEAD_LETTER_PATH_MISSING: 'Dead letters go to a file, but no file is named.',
  PACKET_STORAGE_PATH_MISSING: 'Values are kept in a folder, but no folder is named.',
  NAME_INVALID: 'A name has characters that names may not have.',
  NAME_RESERVED: 'A name is one of __proto__, prototype, constructor.',
  NAME_TOO_LONG: 'A name is too long.',
  GRAPH_TOO_LARGE: 'The graph has more nodes or edges, or a node more ports, than fit.',
  NODE_DUPLICATE: 'Two nodes have the same name.',
  NODE_AMBIGUOUS:
    'A node is both from a factory and a net, or is a net and has functions or ports of its own.',
  FACTORY_MISSING: 'There are factory_args without a factory.',
  PORT_DUPLICATE: 'A node has two ports of one direction with the same name.',
  PORT_TYPE_INVALID: 'The type of a port is not written in any form that types have.',
  SLOTS_INVALID: 'The slots of a port are not a positive whole number or "infinite".',
  FANOUT_INVALID: 'A fanout is not copy, round_robin or error, or stands on an input port.',
  FANOUT_SEVERAL_EDGES: 'A port whose fanout is "error" has several destinations.',
  CONDITION_DUPLICATE: 'A node has two salvo conditions of one direction with the same name.',
  CONDITION_UNKNOWN_PORT: 'A condition takes from a port that the node does not have.',
  CONDITION_WRONG_DIRECTION: 'A condition takes from a port of the other direction.',
  CONDITION_PORT_TWICE: 'A condition names a port twice.',
  CONDITION_NEVER_TAKES: 'An input condition can never take a packet.',
  TAKE_INVALID:
    'How many packets a condition takes from a port is neither a positive whole number nor "all".',
  MAX_SALVOS_INVALID: 'max_salvos is neither a positive whole number nor "infinite".',
  MAX_SALVOS_OF_INPUT: 'The max_salvos of an input condition is not 1.',
  TERM_EMPTY: 'A salvo term has no text.',
  TERM_TOO_LONG: 'A salvo term is too long.',
  TERM_TOO_DEEP: 'A salvo term is nested too deep.',
  TERM_UNEXPECTED_CHARACTER: 'A salvo term has a character that terms do not have.',
  TERM_UNEXPECTED_TOKEN: 'A part of a salvo term stands where it cannot.',
  TERM_UNEXPECTED_END: 'A salvo term ends too early.',
  TERM_UNKNOWN_FUNCTION:
    'A salvo term has an atom that is none of empty, nonempty, full, nonfull, count.',
  TERM_COMPARISON_MISSING: 'count(port) in a salvo term is not compared with a number.',
  TERM_OPERATOR_INVALID: 'A salvo term has a comparison that does not exist.',
  TERM_NUMBER_INVALID: 'A count in a salvo term is not a whole number from 0.',
  TERM_UNKNOWN_PORT: 'A salvo term names a port that the node does not have.',
  TERM_WRONG_DIRECTION: 'A salvo term names a port of the other direction.',
  PORT_REF_INVALID:
    'An end of an edge, or an entry of inputs or outputs, is not written Node.port.',
  EDGE_DUPLICATE: 'Two edges join the same two ports.',
  UNKNOWN_NODE: 'An edge, or inputs or outputs, name a node that does not exist.',
  UNKNOWN_PORT: 'An edge, or inputs or outputs, name a port that the node does not have.',
  WRONG_DIRECTION:
    'An edge starts at an input port or ends at an output port, or inputs and outputs are mixed up.',
  CAPACITY_INVALID: 'The capacity of an edge is not a positive whole number or "infinite".',
  NET_PORT_TWICE: 'inputs or outputs name a port twice.',
  CONFIG_INVALID: 'The configuration of a node does not fit the schema of its node type.',
  RETRIES_WITHOUT_DEFER: 'A node with retries does not defer its packet operations.',
  CYCLE: 'A net in DAG mode has a cycle.',
  NET_FILE_UNREADABLE: 'The file of a net that is used as a node cannot be read.',
  NET_FILE_CYCLE: 'The file of a net that is used as a node includes itself.',
  UNSUPPORTED: 'The definition uses something that this version can read and print but not run.',
};

/** One line for people: `file:line:column code message (path) hint`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { place, code, message, path, hint } = diagnostic;
  const where =
    place === undefined
      ? ''
      : `${place.file ?? 'line '}${place.file === undefined ? '' : ':'}${place.line}:${place.column} `;
  const within = path === '' ? '' : ` [${path}]`;
  return `${where}${code}: ${message}${within}\n    ${hint}`;
}

/** `nodes.A.in_ports.x`, `edges[3].from`; parts that are not plain words are quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else
      text += `${text === '' ? '' : '.'}${/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part.slice(0, 80))}`;
  }
  return text;
}

/** Where a problem's key or value stands in the text; `textOffset` counts into the value's own text. */
export interface PlaceQuery {
  readonly at: 'key' | 'value';
  readonly textOffset?: number;
}

/** Finds places by path; the nearest thing around where the path itself is not in the text. */
export type PlaceFinder = (path: Path, query: PlaceQuery) => Place | undefined;

function comparePlaces(a: Diagnostic, b: Diagnostic): number {
  if (a.place === undefined || b.place === undefined)
    return Number(a.place === undefined) - Number(b.place === undefined);
  const files =
    Number((a.place.file ?? '') > (b.place.file ?? '')) -
    Number((a.place.file ?? '') < (b.place.file ?? ''));
  return files || a.place.line - b.place.line || a.place.column - b.place.column;
}

/** Codes that say that a part of the definition could not be read at all. */
const shapeCode = /^EXPECTED_|^KEY_MISSING$|^GRAPH_TOO_LARGE$/;

/** Collects problems; the same mistake at the same path counts once. */
export class Problems {
  readonly #find: PlaceFinder | undefined;
  readonly #list: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  /** Paths that hold, or have somewhere within them, what could not be read. */
  readonly #unreadable = new Set<string>();
  #uncounted = 0;

  /** Without `find` no problem has a place. */
  constructor(find?: PlaceFinder) {
    this.#find = find;
  }

  get none(): boolean {
    return this.#list.length === 0;
  }

  /** Whether further problems are only counted: what costs time to say need not be found out. */
  get full(): boolean {
    return this.#list.length >= limits.diagnostics * 10;
  }

  report(
    code: string,
    path: Path,
    message: string,
    hint: string,
    query: PlaceQuery = { at: 'value' },
  ): void {
    if (this.full) return this.count();
    if (shapeCode.test(code))
      path.forEach((_, index) => this.#unreadable.add(formatPath(path.slice(0, index + 1))));
    const place = this.#find?.(path, query);
    this.add({
      code,
      message,
      path: formatPath(path),
      hint,
      ...(place === undefined ? {} : { place }),
    });
  }

  /** Whether something at or within `path` could not be read: then what it says about names is not complete. */
  unreadable(path: Path): boolean {
    return this.#unreadable.size > 0 && this.#unreadable.has(formatPath(path));
  }

  /** Takes over what another reading of the same definition found, leaving out one code. */
  addAll(others: Problems, leftOut?: string): void {
    for (const diagnostic of others.#list) if (diagnostic.code !== leftOut) this.add(diagnostic);
    for (const path of others.#unreadable) this.#unreadable.add(path);
    this.#uncounted += others.#uncounted;
  }

  add(diagnostic: Diagnostic): void {
    const { code, path, message, place } = diagnostic;
    const key = [
      code,
      path,
      message,
      path === '' ? `${place?.file}:${place?.line}:${place?.column}` : '',
    ].join('\n');
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#list.push(diagnostic);
  }

  /** Counts a problem that there is no room to tell. */
  count(): void {
    this.#uncounted += 1;
  }

  /** Sorted by place (stable), at most `limits.diagnostics`, then one that counts the rest. */
  sorted(): readonly Diagnostic[] {
    const sorted = this.#list.toSorted(comparePlaces);
    const rest = Math.max(0, sorted.length - limits.diagnostics) + this.#uncounted;
    if (rest === 0) return sorted;
    const shown = sorted.slice(0, limits.diagnostics);
    const last = shown.at(-1)?.place;
    const more: Diagnostic = {
      code: 'MORE_PROBLEMS',
      message: `and ${rest} more`,
      path: '',
      hint: 'Mend these first.',
      ...(last === undefined ? {} : { place: last }),
    };
    return [...shown, more];
  }
}
