/** Whether two runs with the same choices are one, and whose function has acted otherwise where they are not. */
import { firstDifference } from '../../runtime/replay/first-difference.ts';

/** Where two runs with the same seed and choices first differ. */
export interface Unsteadiness {
  /** Number of the record. */
  readonly seq: number;
  /** What it is about; null where it is about no epoch. */
  readonly node: string | null;
  readonly epoch: string | null;
  /** In words. */
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

const mostShown = 120;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

function read(line: string | undefined): Fields | null {
  return line === undefined ? null : (JSON.parse(line) as Fields);
}

function nodeOf(records: readonly Fields[], epoch: string): string | null {
  const opened = records.find((one) => one['event'] === 'EpochCreated' && one['epoch'] === epoch);
  const node = opened?.['node'];
  return typeof node === 'string' ? node : null;
}

/** `lines` are records as a file has them, without the header. Null where the two are the same. */
export function unsteadiness(
  lines: readonly string[],
  again: readonly string[],
): Unsteadiness | null {
  const at = lines.findIndex((line, index) => line !== again[index]);
  if (at < 0 && lines.length === again.length) return null;
  const place = at < 0 ? lines.length : at;
  const [one, other] = [read(lines[place]), read(again[place])];
  const known = one ?? other ?? {};
  const epoch = typeof known['epoch'] === 'string' ? known['epoch'] : null;
  const before = again.slice(0, place).map((line) => read(line) ?? {});
  const node = epoch === null ? null : nodeOf(before, epoch);
  const difference = firstDifference(one, other);
  const what = String(known['action'] ?? known['event']);
  const about = node === null ? what : `${what} of ${node} (${epoch})`;
  const values =
    difference === null
      ? ''
      : `: ${difference.path === '$' ? '' : `${difference.path.slice(2)} is `}${shown(difference.left)}, and ${shown(difference.right)} the second time`;
  return {
    seq: place + 1,
    node,
    epoch,
    text: `record ${place + 1}, ${about}${values}`,
  };
}
