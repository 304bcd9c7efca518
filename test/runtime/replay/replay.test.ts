/** Replays of random runs: the same states again, forwards and back, and what was changed is found. */
import { describe, expect, it, vi } from 'vitest';
import type { NonDeterminismError } from '../../../src/runtime/errors.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import { type Kernel, createKernel } from '../../../src/runtime/kernel/kernel.ts';
import { Replay } from '../../../src/runtime/replay/replay.ts';
import { kernels, recordedRun, sourceOf, tampered } from './runs.ts';

/** Seeds of the runs that are replayed. */
const runs = Number(process.env['NETRUN_REPLAYS'] ?? 25);
const seeds = Array.from({ length: runs }, (_, at) => 90_000 + at);

function thrownBy(act: () => unknown): NonDeterminismError {
  try {
    act();
  } catch (error) {
    return error as NonDeterminismError;
  }
  throw new Error('nothing was thrown');
}

/** One of the records that fit, from their middle. */
function pick(
  records: readonly HistoryRecord[],
  fits: (record: HistoryRecord) => boolean,
): HistoryRecord {
  const found = records.filter(fits);
  const picked = found[found.length >> 1];
  if (picked === undefined) throw new Error('no record fits');
  return picked;
}

describe('a replay', () => {
  it.each(seeds)(
    'gives the same state at every 50th action and at the end (seed %i)',
    async (seed) => {
      const run = await recordedRun(seed);
      const { hashes } = run;
      const replay = new Replay(sourceOf(run.records));
      for (const [seq, hash] of hashes) expect(replay.seek(seq).stateHash()).toBe(hash);
      const last = run.records.at(-1)?.seq ?? 0;
      const result = new Replay(sourceOf(run.records)).verify();
      expect(result).toMatchObject({ seq: last, isWhole: true, differences: [] });
      expect(result.stateHash).toBe(hashes.get(last));
    },
  );

  it.each(seeds.slice(0, Math.max(10, runs / 10)))(
    'comes to the same state from the front and from the back (seed %i)',
    async (seed) => {
      const run = await recordedRun(seed);
      const { hashes } = run;
      const replay = new Replay(sourceOf(run.records));
      replay.verify();
      for (const [seq, hash] of [...hashes].toReversed())
        expect(replay.seek(seq).stateHash()).toBe(hash);
      const last = run.records.at(-1)?.seq ?? 0;
      for (let seq = last; seq >= 0; seq -= 1 + (last >> 5)) {
        const front = new Replay(sourceOf(run.records)).seek(seq);
        replay.seek(seq);
        expect(replay.seq).toBe(front.seq);
        expect(replay.stateHash()).toBe(front.stateHash());
        expect(replay.state()).toEqual(front.state());
      }
    },
  );

  it('stands behind a whole action wherever in it the record is', async () => {
    const { records } = await recordedRun(90_001);
    const action = pick(
      records,
      (record) =>
        record.type === 'action' &&
        [1, 2, 3].every((further) => records[record.seq + further]?.type === 'event'),
    );
    const replay = new Replay(sourceOf(records)).seek(action.seq);
    const { seq } = replay;
    expect(seq).toBeGreaterThanOrEqual(action.seq + 3);
    const hash = replay.stateHash();
    expect(replay.seek(seq).stateHash()).toBe(hash);
    expect(replay.seek(action.seq + 1).stateHash()).toBe(hash);
    expect(replay.seek(action.seq - 1).seq).toBe(action.seq - 1);
    expect(replay.stateHash()).not.toBe(hash);
  });

  it('finds an event that was changed, and says where', async () => {
    const { records } = await recordedRun(90_002);
    const event = pick(
      records,
      (record) => record.type === 'event' && record.event === 'PacketMoved',
    );
    const changed = tampered(records, event.seq, (record) => {
      record['packet'] = 'p777';
    });
    const error = thrownBy(() => new Replay(sourceOf(changed)).verify());
    expect(error).toMatchObject({
      name: 'NonDeterminismError',
      code: 'NON_DETERMINISM',
      seq: event.seq,
      path: '$.packet',
      recorded: 'p777',
    });
    expect(error.message).toContain(`record ${event.seq}`);
  });

  it('finds an event that was taken out or put in', async () => {
    const { records } = await recordedRun(90_003);
    const event = pick(
      records,
      (record) => record.type === 'event' && records[record.seq + 1]?.type === 'action',
    );
    const without = records
      .filter(({ seq }) => seq !== event.seq)
      .map((record) => (record.seq > event.seq ? { ...record, seq: record.seq - 1 } : record));
    expect(thrownBy(() => new Replay(sourceOf(without as HistoryRecord[])).verify())).toMatchObject(
      {
        seq: event.seq,
        recorded: undefined,
        replayed: { id: (event as { id?: string }).id },
      },
    );
    const twice = records.flatMap((record) => {
      if (record.seq < event.seq) return [record];
      const later = { ...record, seq: record.seq + 1 };
      return record.seq === event.seq ? [record, later] : [later];
    });
    expect(thrownBy(() => new Replay(sourceOf(twice as HistoryRecord[])).verify())).toMatchObject({
      seq: event.seq + 1,
      path: '$',
      replayed: undefined,
    });
  });

  it('finds an action that was changed by what comes of it', async () => {
    const { records } = await recordedRun(90_004);
    const action = pick(
      records,
      (record) =>
        record.type === 'action' && record.action === 'StartEpoch' && record.rejected === undefined,
    );
    const changed = tampered(records, action.seq, (record) => {
      record['epoch'] = 'e9999';
    });
    expect(thrownBy(() => new Replay(sourceOf(changed)).verify())).toMatchObject({
      seq: action.seq,
      action: (action as { id?: string }).id,
      path: '$.rejected',
      recorded: undefined,
      replayed: { code: 'EPOCH_NOT_FOUND' },
    });
  });

  it('finds a rejection that was changed, taken away or made up', async () => {
    const { graph, records } = await recordedRun(90_005);
    const [header] = records;
    const kernel = createKernel(graph);
    const rejection = kernel.apply({ type: 'FireTimer', key: 'retry:e1' });
    if (rejection.ok || header === undefined) throw new Error('no rejection');
    const rejected = { code: rejection.code, message: rejection.message };
    const record = {
      seq: 1,
      type: 'action',
      id: 'a1',
      at: '',
      action: 'FireTimer',
      key: 'retry:e1',
    };
    const check = (told: object): unknown =>
      new Replay(sourceOf([header, { ...record, ...told } as HistoryRecord])).verify();
    expect(check({ rejected })).toMatchObject({ rejected: 1, events: 0 });
    expect(
      thrownBy(() => check({ rejected: { ...rejected, code: 'EPOCH_NOT_FOUND' } })),
    ).toMatchObject({
      seq: 1,
      path: '$.rejected.code',
      recorded: 'EPOCH_NOT_FOUND',
      replayed: 'TIMER_NOT_ARMED',
    });
    expect(thrownBy(() => check({}))).toMatchObject({ seq: 1, path: '$.rejected' });
    expect(thrownBy(() => check({ action: 'PauseNet', key: undefined, rejected }))).toMatchObject({
      seq: 1,
      path: '$.rejected.code',
    });
  });

  it('finds where a version of netrun acts in another way than the one that wrote it down', async () => {
    const { records } = await recordedRun(90_011);
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its own kernel
    const { apply } = kernels;
    let actions = 0;
    const changed = vi.spyOn(kernels, 'apply').mockImplementation(function (this: Kernel, action) {
      const answer = apply.call(this, action);
      actions += 1;
      if (!answer.ok || actions < 20 || answer.events.length < 2) return answer;
      return { ...answer, events: answer.events.toReversed() };
    });
    try {
      const error = thrownBy(() => new Replay(sourceOf(records)).verify());
      const first = records.findIndex(
        (record, at) =>
          record.type === 'action' &&
          Number(record.id.slice(1)) >= 20 &&
          records[at + 1]?.type === 'event' &&
          records[at + 2]?.type === 'event',
      );
      expect(error).toMatchObject({ code: 'NON_DETERMINISM', seq: first + 1, path: '$.event' });
      expect(error.hint).toContain('another');
    } finally {
      changed.mockRestore();
    }
  });

  it('goes on where it is to report, and keeps the differences', async () => {
    const { records } = await recordedRun(90_006);
    const events = records.filter(
      (record) => record.type === 'event' && record.event === 'PacketMoved',
    );
    const seqs = events.slice(0, 3).map(({ seq }) => seq);
    let changed = [...records];
    for (const seq of seqs)
      changed = tampered(changed, seq, (record) => {
        record['packet'] = 'p777';
      });
    const replay = new Replay(sourceOf(changed), { onDifference: 'report' });
    const { differences, differenceCount, stateHash: hash } = replay.verify();
    expect(differences.map(({ seq }) => seq)).toEqual(seqs);
    expect(differenceCount).toBe(3);
    expect(hash).toBe(new Replay(sourceOf(records)).verify().stateHash);
    replay.seek(0);
    expect(replay.verify().differenceCount).toBe(3);
  });

  it('takes the events that a history leaves out for granted, and gives them', async () => {
    const { records } = await recordedRun(90_007);
    const [header] = records;
    if (header?.type !== 'header') throw new Error('no header');
    const actions: HistoryRecord[] = [
      { ...header, level: 'actions' },
      ...records.filter(({ type }) => type === 'action'),
    ];
    const replay = new Replay(sourceOf(actions));
    expect([...replay.records()]).toEqual(records.slice(1));
    expect(replay.verify()).toMatchObject({ isWhole: true, seq: records.at(-1)?.seq });
    const later = actions.map((record) =>
      record.seq > 100 ? { ...record, seq: record.seq + 1 } : record,
    );
    expect(thrownBy(() => new Replay(sourceOf(later as HistoryRecord[])).verify())).toMatchObject({
      code: 'NON_DETERMINISM',
      recorded: undefined,
      replayed: undefined,
    });
  });

  it('says of an action that was written down in part that it is not whole', async () => {
    const { records } = await recordedRun(90_008);
    const event = pick(
      records,
      (record) => record.type === 'event' && records[record.seq + 1]?.type === 'event',
    );
    const cut = records.filter(({ seq }) => seq <= event.seq);
    const whole = records.find(({ seq, type }) => seq > event.seq && type === 'action')?.seq ?? 0;
    expect(new Replay(sourceOf(cut)).verify()).toMatchObject({ isWhole: false, seq: whole - 1 });
  });

  it('refuses a place that the history does not have', async () => {
    const { records } = await recordedRun(90_009);
    const replay = new Replay(sourceOf(records));
    expect(() => replay.seek(records.length)).toThrow(
      expect.objectContaining({ code: 'SEQ_NOT_FOUND' }),
    );
    expect(() => replay.seek(-1)).toThrow(expect.objectContaining({ code: 'SEQ_NOT_FOUND' }));
    expect(replay.seek(0).seq).toBe(0);
  });

  it('refuses a history without its beginning, and another net than the run was made by', async () => {
    const { records, graph } = await recordedRun(90_010);
    const [header, ...rest] = records;
    const late = sourceOf([header as HistoryRecord, ...rest.filter(({ seq }) => seq > 20)]);
    expect(() => new Replay(late)).toThrow(expect.objectContaining({ code: 'HISTORY_INCOMPLETE' }));
    const spec = graph.toSpec();
    const other = { ...spec, maxConcurrency: 77 };
    expect(() => new Replay(sourceOf(records), { graph: other })).toThrow(
      expect.objectContaining({
        code: 'HISTORY_OTHER_DEFINITION',
        message: expect.stringContaining('$.maxConcurrency') as string,
      }),
    );
    const { definition: _, ...bare } = header as unknown as Record<string, unknown>;
    const nameless = sourceOf([bare as unknown as HistoryRecord, ...rest]);
    expect(() => new Replay(nameless)).toThrow(
      expect.objectContaining({ code: 'HISTORY_INCOMPLETE' }),
    );
    expect(() => new Replay(nameless, { graph: other })).toThrow(
      expect.objectContaining({ code: 'HISTORY_OTHER_DEFINITION' }),
    );
    expect(new Replay(nameless, { graph: spec }).verify().isWhole).toBe(true);
    const flow = { graph, functions: new Map() };
    expect(new Replay(nameless, { graph: flow }).verify().isWhole).toBe(true);
    const fewer = { ...spec, nodes: spec.nodes.slice(0, -1) };
    expect(() => new Replay(sourceOf(records), { graph: fewer })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /at \$\.nodes[^ ]* it has "\w+", the net given has nothing$/,
        ) as string,
      }),
    );
  });
});
