/** The commands that read what a run has written: replay, at, history, diff and packet. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { linesOf, runFlow, writeHistory } from './recorded-flows.ts';
import { Workspace, documentOf, netrun } from './workspace.ts';

const work = new Workspace();

const good = await runFlow();
const goodLines = linesOf(good);
const goodPath = writeHistory(work, 'good/history.jsonl', goodLines);
const failing = await runFlow({ failures: 1 });
const failingPath = writeHistory(work, 'failing/history.jsonl', linesOf(failing));
const { run } = good.history.header;

/** The record that tells of the first copy's journey, with another packet in it. */
const tampered = (line: string): string =>
  line.includes('"event":"PacketMoved","packet":"p4","from":{"type":"OutputPort"')
    ? line.replace('"packet":"p4"', '"packet":"p44"')
    : line;
const tamperedPath = writeHistory(work, 'tampered/history.jsonl', goodLines, tampered);

/** In a terminal of 80 columns that shows colours. */
function wideTerminal(): FakeTerminal {
  const terminal = new FakeTerminal();
  terminal.stdout.isTTY = true;
  return terminal;
}

describe('netrun replay', () => {
  it('says that a run is the same as it was recorded', async () => {
    const { code, stdout, stderr } = await netrun(['replay', goodPath]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^run ${run}, .*\\n97 records: 35 actions, 62 events\\nthe same as recorded\\nstate sha256-[0-9a-f]{64}\\n$`,
      ),
    );
  });

  it('shows the first difference with both sides, and exits with 2', async () => {
    const { code, stdout } = await netrun(['replay', tamperedPath]);
    expect(code).toBe(2);
    expect(stdout).toContain(
      "record 32 of a11, at $.packet\n  recorded  'p44'\n  replayed  'p4'\n",
    );
  });

  it('as a document has the differences, and goes only as far as it is to', async () => {
    const report = documentOf(await netrun(['replay', tamperedPath, '--report', '--json']));
    expect(report).toMatchObject({
      ok: false,
      seq: 97,
      isWhole: true,
      differences: [{ seq: 32, action: 'a11', path: '$.packet', recorded: 'p44', replayed: 'p4' }],
    });
    const before = await netrun(['replay', tamperedPath, '--until', '27', '--json']);
    expect(documentOf(before)).toMatchObject({ ok: true, seq: 27, differences: [] });
    expect(before.code).toBe(0);
  });

  it('replays all histories of a folder, and says of each what came of it', async () => {
    const folder = new Workspace();
    writeHistory(folder, 'one/history.jsonl', goodLines);
    writeHistory(folder, 'two.jsonl', goodLines, tampered);
    const fine = await netrun(['replay', folder.path('one')]);
    expect(fine.code).toBe(0);
    const { code, stdout } = await netrun(['replay', folder.folder]);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^same {6}.*one\/history\.jsonl {2}97 records\ndiffers {3}.*two\.jsonl\n/,
    );
    folder.file('three/history.jsonl', 'no history\n');
    const ran = await netrun(['replay', folder.folder, '--json']);
    expect(ran.code).toBe(1);
    expect(documentOf(ran)).toMatchObject({
      ok: false,
      histories: [
        { ok: true },
        { ok: false, problems: [{ code: 'HISTORY_INVALID' }] },
        { ok: false, differences: [{ seq: 32 }] },
      ],
    });
    expect(ran.stderr).toContain('error HISTORY_INVALID');
  });

  it('says of a folder without a history that it has none', async () => {
    const { code, stderr } = await netrun(['replay', new Workspace().folder]);
    expect(code).toBe(1);
    expect(stderr).toContain('error HISTORY_UNREADABLE');
    expect(stderr).toContain('hint:');
  });

  it('says that a history without an end was cut off, and replays what is there', async () => {
    const path = work.file(
      'torn/history.jsonl',
      `${goodLines.slice(0, 33).join('\n')}\n{"seq":33,"ty`,
    );
    const { code, stdout, stderr } = await netrun(['replay', path]);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the same as recorded') as string,
    });
    expect(stderr).toMatch(/^note: .*half-written.*; it is not read\n$/);
    expect(readFileSync(path, 'utf8')).toMatch(/"ty$/);
  });
});

describe('netrun at', () => {
  it('shows the whole state behind the action of a record', async () => {
    const { code, stdout, stderr } = await netrun(['at', goodPath, '--seq', '30']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      `run ${run}, 2026-01-02T12:00:00.000Z
after record 32, 2026-01-02T12:00:00.000Z
net running, working
packets: 3 of 4 made · epochs: 1 running, 1 startable, 2 opened · timers: 0

packets
  Split.out -> Join.left   1  p3
  Split.out -> Join.right  1  p4
  in e2                    1  p2

epochs
  e1  Split  running    attempt 1  default: in:p1, sent 1
  e2  Split  startable             default: in:p2

nodes
  Split  service up  gate open  intake collecting  1 running, 1 startable, 2 opened
  Join   service up  gate open  intake collecting  0 running, 0 startable, 0 opened

statecharts
  net                 lifecycle.running, activity.working, mode.cyclic
  node:Split/in:in    empty
  node:Split/out:out  open
  node:Join/in:left   empty
  node:Join/in:right  empty
  node:Join/out:out   open
`,
    );
  });

  it('shows the state as data', async () => {
    const document = documentOf(await netrun(['at', goodPath, '--json']));
    expect(document).toMatchObject({
      ok: true,
      run,
      state: {
        seq: 97,
        lifecycle: 'stopped',
        blocked: 'drained',
        packets: [{ place: { type: 'OutsideNet' }, count: 2, first: ['p7', 'p8'] }],
        epochs: [],
        timers: [],
      },
    });
  });

  it('tells of a difference on the way, and shows what the actions give', async () => {
    const { code, stdout, stderr } = await netrun(['at', tamperedPath, '--seq', '60']);
    expect(code).toBe(2);
    expect(stderr).toContain('error NON_DETERMINISM record 32');
    expect(stdout).toContain('in e3');
  });

  it.each([
    [['--seq', '100'], 'SEQ_NOT_FOUND', 'the last is 97'],
    [['--seq', 'x'], 'ARGUMENT_INVALID', '--seq x'],
    [['--seq=-3'], 'ARGUMENT_INVALID', '--seq -3'],
  ])('refuses %j', async (args, code, message) => {
    const ran = await netrun(['at', goodPath, ...args]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`error ${code}`);
    expect(ran.stderr).toContain(message);
  });
});

describe('netrun history', () => {
  /** Numbers of the records that are shown. */
  const shown = async (...args: string[]): Promise<number[]> => {
    const { stdout } = await netrun(['history', failingPath, '--json', ...args]);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
  };
  const records = [...failing.history].slice(1);

  it('shows every record on a line of its own', async () => {
    const { code, stdout } = await netrun(['history', goodPath]);
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(1 + 97 + 1);
    expect(lines[1]).toBe('     1  12:00:00.000  a1 InjectPacket         Split.in');
    expect(lines[3]).toBe(
      '     3  12:00:00.000    PacketMoved           p1 · from outside · to Split.in',
    );
  });

  it('with --json gives the lines of the file', async () => {
    const { stdout } = await netrun(['history', goodPath, '--json']);
    expect(stdout).toBe(`${goodLines.slice(1).join('\n')}\n`);
  });

  it('fits into a terminal, and shows the whole record all the same', async () => {
    const { stdout } = await netrun(['history', failingPath], wideTerminal());
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(80);
    expect(stdout).toContain(
      'p3 · from e1.out\n                        to Split.out -> Join.left\n',
    );
  });

  it('shows what is wanted only', async () => {
    expect(await shown('--from', '3', '--to', '5')).toEqual([3, 4, 5]);
    const ofType = (type: string): number[] =>
      records
        .filter(
          (record) =>
            record.type !== 'header' && [record['event'], record['action']].includes(type),
        )
        .map(({ seq }) => seq);
    expect(await shown('--event', 'EpochFailed')).toEqual(ofType('EpochFailed'));
    expect(await shown('--action', 'StartEpoch', '--event', 'EpochFailed')).toEqual(
      [...ofType('StartEpoch'), ...ofType('EpochFailed')].sort((a, b) => a - b),
    );
    const ofPacket = await shown('--packet', 'p4');
    expect(ofPacket).toEqual(
      records.filter((record) => JSON.stringify(record).includes('"p4"')).map(({ seq }) => seq),
    );
    const ofEpoch = await shown('--epoch', 'e3');
    expect(ofEpoch).toEqual(
      records.filter((record) => JSON.stringify(record).includes('"e3"')).map(({ seq }) => seq),
    );
  });

  it('knows what concerns a node by its epochs, its ports and its edges', async () => {
    const concerns = /"(Join|e3|e4)"|Join\./;
    const wanted = records.filter((record) => concerns.test(JSON.stringify(record)));
    expect(await shown('--node', 'Join')).toEqual(wanted.map(({ seq }) => seq));
    expect(await shown('--node', 'Join', '--from', '66', '--event', 'PacketDestroyed')).toEqual([
      67, 68,
    ]);
  });

  it('says that nothing is wanted, and refuses what cannot be', async () => {
    const nothing = await netrun(['history', goodPath, '--event', 'EpochFailed']);
    expect(nothing).toMatchObject({
      code: 0,
      stderr: 'none of the 97 records looked at is wanted\n',
    });
    const node = await netrun(['history', goodPath, '--node', 'Joim']);
    expect(node.code).toBe(1);
    expect(node.stderr).toBe(
      'error NODE_UNKNOWN the net of the run has no node Joim\n  hint: Did you mean Join?\n',
    );
    const event = await netrun(['history', goodPath, '--event', 'EpochFinish']);
    expect(event).toMatchObject({
      code: 1,
      stderr:
        'error ARGUMENT_INVALID --event EpochFinish: there is no such event\n  hint: Did you mean EpochFinished?\n',
    });
    const action = await netrun(['history', goodPath, '--action', 'Nothing']);
    expect(action.stderr).toContain('--action Nothing: there is no such action');
    expect(action.stderr).toContain('There are: RunNetUntilBlocked, ');
    const packet = await netrun(['history', goodPath, '--packet', '7']);
    expect(packet.stderr).toContain('error ARGUMENT_INVALID 7 is no packet');
  });

  it('shows the values that actions came with', async () => {
    const values = [{ value: { n: 1 } }, { lazy: true }, { lost: 'a socket' }];
    const path = writeHistory(work, 'values/history.jsonl', goodLines, (line, at) =>
      at === 1 ? JSON.stringify({ ...(JSON.parse(line) as object), values }) : line,
    );
    const { stdout } = await netrun(['history', path, '--to', '1']);
    expect(stdout).toContain('Split.in · value {"n":1}, lazy, lost: a socket\n');
  });

  it('says where a file is damaged', async () => {
    const path = writeHistory(work, 'damaged/history.jsonl', goodLines, (line, at) =>
      at === 7 ? line.slice(0, 20) : line,
    );
    const { code, stderr } = await netrun(['history', path]);
    expect(code).toBe(1);
    expect(stderr).toContain('error HISTORY_INVALID');
    expect(stderr).toContain('damaged/history.jsonl, line 8');
  });

  it('shows nothing of a history that could change the terminal', async () => {
    const path = writeHistory(work, 'controls/history.jsonl', goodLines, (line) =>
      line.replace('"reason":"stopped"', '"reason":"\\u001b[2J\\u0007bad\\r\\u202e"'),
    );
    for (const args of [
      ['history', path],
      ['at', path],
      ['replay', path],
      ['diff', path, goodPath],
    ]) {
      const { stdout, stderr } = await netrun(args);
      expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe('netrun history --follow', () => {
  /** The first lines in a file, and a terminal that follows it. */
  const followed = (name: string, lines: readonly string[], ...args: string[]) => {
    const terminal = new FakeTerminal();
    const path = writeHistory(work, name, lines);
    const ended = runProgram(['history', path, '--follow', '--json', ...args], terminal);
    return { terminal, path, ended };
  };
  const shown = ({ stdout }: FakeTerminal): number[] =>
    stdout.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

  it('shows what comes, whole lines only, until the net has stopped', async () => {
    const { terminal, path, ended } = followed('follow/history.jsonl', goodLines.slice(0, 11));
    await terminal.stdout.has('"seq":10');
    expect(shown(terminal)).toEqual(upTo(10));
    expect(terminal.held).toBe(1);
    const half = goodLines[11]?.slice(0, 30) ?? '';
    appendFileSync(path, half);
    terminal.advance(200);
    expect(shown(terminal)).toEqual(upTo(10));
    appendFileSync(path, `${goodLines[11]?.slice(30)}\n`);
    terminal.advance(200);
    expect(shown(terminal)).toEqual(upTo(11));
    appendFileSync(path, `${goodLines.slice(12).join('\n')}\n`);
    terminal.advance(200);
    expect(await ended).toBe(0);
    expect(shown(terminal)).toEqual(upTo(97));
    expect({ held: terminal.held, ticks: terminal.ticks.size }).toEqual({ held: 0, ticks: 0 });
  });

  it('goes on in the next part when the history is rotated', async () => {
    const header = JSON.parse(goodLines[0] ?? '') as object;
    const { terminal, path, ended } = followed('rotated/history.jsonl', goodLines.slice(0, 21));
    await terminal.stdout.has('"seq":20');
    const part = (number: number, first: number, to: number): void => {
      const head = JSON.stringify({ ...header, part: number, first_seq: first });
      const lines = [head, ...goodLines.slice(first, to + 1)];
      writeFileSync(path.replace('.jsonl', `.${number}.jsonl`), `${lines.join('\n')}\n`);
    };
    appendFileSync(path, `${goodLines.slice(21, 31).join('\n')}\n`);
    part(1, 31, 60);
    part(2, 61, 97);
    terminal.advance(200);
    expect(await ended).toBe(0);
    expect(shown(terminal)).toEqual(upTo(97));
  });

  it('ends with an interrupt, and with an error where the file is damaged', async () => {
    const first = followed(
      'interrupted/history.jsonl',
      goodLines.slice(0, 11),
      '--event',
      'NetStarted',
    );
    await first.terminal.stdout.has('NetStarted');
    first.terminal.happen({ type: 'interrupt' });
    expect(await first.ended).toBe(130);
    expect(shown(first.terminal)).toEqual([8]);
    const second = followed('spoilt/history.jsonl', goodLines.slice(0, 11));
    await second.terminal.stdout.has('"seq":10');
    appendFileSync(second.path, `${goodLines[15]}\n`);
    second.terminal.advance(200);
    expect(await second.ended).toBe(1);
    expect(second.terminal.stderr.text).toContain('spoilt/history.jsonl, line 12');
    expect({ held: second.terminal.held, ticks: second.terminal.ticks.size }).toEqual({
      held: 0,
      ticks: 0,
    });
  });
});

describe('netrun diff', () => {
  it('says that two runs did the same, whenever they did it', async () => {
    const again = writeHistory(work, 'again/history.jsonl', linesOf(await runFlow()), (line) =>
      line.replaceAll('2026-01-02T12', '2027-03-04T05').replace(/"now":\d+/, '"now":1'),
    );
    const { code, stdout } = await netrun(['diff', goodPath, again]);
    expect(code).toBe(0);
    expect(stdout).toContain('the runs did the same: 97 records, times aside\n');
  });

  it('says where two runs part, and what each came to', async () => {
    const { code, stdout } = await netrun(['diff', failingPath, goodPath]);
    expect(code).toBe(2);
    expect(stdout).toContain('they part at record 65, at $.action\n');
    expect(stdout).toContain("a21 FailAttempt         e3 · error Error: no luck\n  'FailAttempt'");
    expect(stdout).toMatch(/came to +stopped, drained +stopped, drained\n/);
    expect(stdout).toMatch(/ {2}failed +1 +0\n/);
    const document = documentOf(await netrun(['diff', failingPath, goodPath, '--json']));
    expect(document).toMatchObject({
      ok: false,
      definitions: null,
      parted: { seq: 65, path: '$.action', left: 'FailAttempt', right: 'ConsumePacket' },
      left: { lastSeq: 88, epochs: { failed: 1 } },
      right: { lastSeq: 97, epochs: { failed: 0 } },
    });
  });

  it('says first that the runs are of different nets', async () => {
    const change = (text: string): string =>
      text.replace('on_error = "continue"', 'on_error = "pause"');
    const other = writeHistory(work, 'other/history.jsonl', linesOf(await runFlow({ change })));
    const { code, stdout } = await netrun(['diff', goodPath, other]);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^the runs are of different nets, at \$\.onError\n {2}left {3}'continue'\n {2}right {2}'pause'\n/,
    );
  });

  it('says that one run has ended where the other goes on', async () => {
    const path = writeHistory(work, 'short/history.jsonl', goodLines.slice(0, 33));
    const { stdout } = await netrun(['diff', path, goodPath]);
    expect(stdout).toContain('they part at record 33\nleft has ended\nright\n');
  });
});

describe('netrun packet', () => {
  it('shows where a packet has been, what it was made from and what was made of it', async () => {
    const { code, stdout } = await netrun(['packet', goodPath, 'p4']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `run ${run}, 2026-01-02T12:00:00.000Z
record  at            what      from                     to
    31  12:00:00.000  created
    32  12:00:00.000  moved     e1.out                   Split.out -> Join.right
    52  12:00:00.000  moved     Split.out -> Join.right  Join.right
    56  12:00:00.000  moved     Join.right               in e3
    68  12:00:00.000  consumed  in e3

made from
p4  made in e1 Split; consumed in e3 Join
└─ p3  its original; made in e1 Split; consumed in e3 Join
   └─ p1  went into e1 Split at in; from outside at Split.in; consumed in e1 Split

made of it
p4  made in e1 Split; consumed in e3 Join
└─ p7  made in e3 Join; lives
`,
    );
  });

  it('shows one direction alone, and both as data', async () => {
    const up = await netrun(['packet', goodPath, 'p7', '--up']);
    expect(up.stdout).toContain('made from\n');
    expect(up.stdout).not.toContain('made of it');
    const down = await netrun(['packet', goodPath, 'p1', '--down']);
    expect(down.stdout).toContain('   └─ p7  made in e3 Join; lives\n');
    expect(documentOf(await netrun(['packet', goodPath, 'p7', '--json']))).toMatchObject({
      ok: true,
      packet: 'p7',
      trace: { location: { type: 'OutsideNet' }, maker: { epoch: 'e3', node: 'Join' } },
      up: { direction: 'up', root: { packet: 'p7', next: [{ packet: 'p3' }, { packet: 'p4' }] } },
      down: { direction: 'down', size: 1 },
    });
  });

  it('refuses packets that are none', async () => {
    const unknown = await netrun(['packet', goodPath, 'p999']);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('error PACKET_NOT_FOUND the history has no packet p999');
    const malformed = await netrun(['packet', goodPath, '../p1']);
    expect(malformed.stderr).toContain('error ARGUMENT_INVALID ../p1 is no packet');
  });
});

describe('every command that reads a run', () => {
  const ofActions = writeHistory(
    work,
    'actions/history.jsonl',
    goodLines
      .filter((line) => !line.includes('"type":"event"'))
      .map((line) => line.replace('"level":"full"', '"level":"actions"')),
  );

  it('knows the events also where only actions were written down', async () => {
    expect((await netrun(['replay', ofActions])).code).toBe(0);
    expect((await netrun(['diff', ofActions, goodPath])).code).toBe(0);
    const [one, other] = await Promise.all(
      [ofActions, goodPath].map((path) => netrun(['history', path, '--event', 'PacketMoved'])),
    );
    expect(one?.stdout).toBe(other?.stdout);
    const [left, right] = await Promise.all(
      [ofActions, goodPath].map((path) => netrun(['packet', path, 'p4'])),
    );
    expect(left?.stdout).toBe(right?.stdout);
  });

  it('says that there are no events to follow where only actions are written down', async () => {
    const ran = await netrun(['history', ofActions, '--follow', '--event', 'PacketMoved']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('error ARGUMENT_INVALID');
  });

  it.each([['replay'], ['at'], ['history'], ['packet', 'p1'], ['diff', goodPath]])(
    'says that there is no file: %s',
    async (command, ...rest) => {
      const args = [command, work.path('nowhere.jsonl'), ...rest];
      const { code, stdout, stderr } = await netrun(args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('error HISTORY_UNREADABLE');
      const ran = await netrun([...args, '--json']);
      expect(documentOf(ran)).toMatchObject({
        ok: false,
        problems: [{ code: 'HISTORY_UNREADABLE' }],
      });
    },
  );
});
