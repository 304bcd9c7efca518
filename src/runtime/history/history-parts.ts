/** The files of a history: `history.jsonl`, then `history.1.jsonl`, `history.2.jsonl`, and so on. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
import { historyInvalid, historyUnreadable } from './history-errors.ts';

/** What the history in a folder is called. */
export const historyName = 'history.jsonl';

/** The path of a part, from 0; parts are never renamed. */
export function partPath(path: string, part: number): string {
  if (part === 0) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${part}${ext}`);
}

/** The first part's path: of the history in a folder, or the file itself. Throws `HISTORY_UNREADABLE`. */
export function historyPath(path: string): string {
  try {
    if (!statSync(path).isDirectory()) return path;
  } catch (cause) {
    throw historyUnreadable(path, cause);
  }
  return join(path, historyName);
}

/** Numbers of the parts that lie beside part 0, in order. */
function laterParts(path: string): number[] {
  const { name, ext } = parse(basename(path));
  const numbers: number[] = [];
  for (const found of readdirSync(dirname(path))) {
    if (!found.startsWith(`${name}.`) || !found.endsWith(ext)) continue;
    const between = found.slice(name.length + 1, found.length - ext.length);
    if (/^[1-9]\d{0,8}$/.test(between)) numbers.push(Number(between));
  }
  return numbers.sort((one, other) => one - other);
}

/** The first part after part 0 that lies beside it, whoever wrote it; null where there is none. */
export function firstLaterPart(path: string): string | null {
  const [first] = laterParts(path);
  return first === undefined ? null : partPath(path, first);
}

/**
 * The paths of all parts, in order. Throws `HISTORY_UNREADABLE` where there is no file, or no regular
 * one, `HISTORY_INVALID` where a part is missing.
 */
export function historyParts(path: string): readonly string[] {
  try {
    const parts = [path];
    for (const number of laterParts(path)) {
      if (number !== parts.length)
        throw historyInvalid(partPath(path, number), null, `part ${parts.length} is missing`);
      parts.push(partPath(path, number));
    }
    for (const part of parts) if (!statSync(part).isFile()) throw new Error(`${part} is no file`);
    return parts;
  } catch (cause) {
    throw historyUnreadable(path, cause);
  }
}
