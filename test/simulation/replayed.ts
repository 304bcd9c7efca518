/** Live runs held against their replays: the state after every 50th action, from the front and from the back. */
import { expect, vi } from 'vitest';
import { History } from '../../src/runtime/history/history.ts';
import { parseRecord } from '../../src/runtime/history/record-line.ts';
import type { Net } from '../../src/runtime/net.ts';
import { Replay } from '../../src/runtime/replay/replay.ts';
import type { RecordSource } from '../../src/runtime/replay/record-source.ts';
import { Draw } from '../../src/testing/simulation/draw.ts';

/** Actions between two states that are noted. */
const spacing = 50;

/** Notes the states of a run as it goes on, by the number of the last record until then. */
export class StateWatch {
  readonly hashes = new Map<number, string>();
  net: Net | null = null;

  /** Runs with every history watched; the one run made meanwhile has to be in `net` before it begins. */
  async watch<T>(run: () => Promise<T>): Promise<T> {
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its own history
    const { append } = History.prototype;
    const note = (history: History): void => {
      if (history.actionCount % spacing === 0) this.#note(history);
    };
    const watched = vi.spyOn(History.prototype, 'append').mockImplementation(function (
      this: History,
      ...recorded
    ) {
      append.apply(this, recorded);
      note(this);
    });
    try {
      return await run();
    } finally {
      watched.mockRestore();
      if (this.net !== null) this.#note(this.net.history);
    }
  }

  #note({ lastSeq }: Pick<History, 'lastSeq'>): void {
    if (this.net === null) throw new Error('no net is watched');
    this.hashes.set(lastSeq, this.net.stateHash());
  }
}

/** The history as it is read from a file. */
function sourceOf({ history }: Net): RecordSource {
  const records = Array.from(history.lines(), (line) => parseRecord(line));
  return { header: history.header, records: (from = 0) => records.slice(from) };
}

/** Throws where a replay of the run comes to other states than it had, or to other ones on its way back. */
export function expectReplay(net: Net, { hashes }: StateWatch, seed: number): void {
  const draw = new Draw(seed, 'places');
  const end = net.history.lastSeq;
  const replay = new Replay(sourceOf(net));
  const places = Array.from({ length: 4 }, () => draw.integer(0, end));
  const all = [...hashes.keys(), ...places].toSorted((a, b) => a - b);
  const front = new Map(all.map((seq) => [seq, replay.seek(seq).stateHash()]));
  for (const [seq, hash] of hashes) expect(front.get(seq), `state at record ${seq}`).toBe(hash);
  const { isWhole, seq } = replay.verify();
  expect({ isWhole, seq }).toEqual({ isWhole: true, seq: end });
  for (const at of [...places, draw.one([...hashes.keys()])].toSorted((a, b) => b - a))
    expect(replay.seek(at).stateHash(), `state at ${at} from the back`).toBe(front.get(at));
}
