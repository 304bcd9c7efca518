/** Places of a definition's parts in the TOML text that it came from. */
import type { Path, Place, PlaceFinder, PlaceQuery } from '../diagnostic.ts';
import { offsetInSource } from './strings.ts';
import type { TomlTable, TomlValue } from './tree.ts';

/** Lines and columns (from 1) of offsets into one text. */
export class Lines {
  readonly #starts: number[] = [0];
  readonly #file: string | undefined;

  constructor(text: string, file?: string) {
    this.#file = file;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
      this.#starts.push(at + 1);
  }

  place(offset: number): Place {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const place = { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
    return this.#file === undefined ? place : { file: this.#file, ...place };
  }
}

interface Found {
  readonly key: number;
  readonly value: TomlValue;
}

function step(value: TomlValue, part: string | number): Found | undefined {
  if (value.type === 'scalar') return undefined;
  if (value.type === 'list') {
    const named = (item: TomlValue): boolean => item.type === 'scalar' && item.value === part;
    const item = typeof part === 'number' ? value.items[part] : value.items.find(named);
    return item === undefined ? undefined : { key: item.start, value: item };
  }
  const entry =
    typeof part === 'number' ? [...value.entries.values()][part] : value.entries.get(part);
  return entry === undefined ? undefined : { key: entry.keyStart, value: entry.value };
}

/** Finds the place of a path; where the path leads further than the text, the last part that is there. */
export function placeFinder(text: string, root: TomlTable, lines: Lines): PlaceFinder {
  return (path: Path, query: PlaceQuery): Place => {
    let found: Found = { key: 0, value: root };
    let whole = true;
    for (const part of path) {
      const next = step(found.value, part);
      if (next === undefined) {
        whole = false;
        break;
      }
      found = next;
    }
    const { value } = found;
    if (query.at === 'key' || (!whole && value.type !== 'scalar')) return lines.place(found.key);
    const isText = value.type === 'scalar' && typeof value.value === 'string';
    const inText = whole && isText && query.textOffset !== undefined;
    return lines.place(inText ? offsetInSource(text, value.start, query.textOffset) : value.start);
  };
}
