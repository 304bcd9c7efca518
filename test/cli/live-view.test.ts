/** Progress in a terminal: redrawn in place, clipped to the terminal, and gone when it ends. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FlowStatus } from '../../src/cli/run/flow-status.ts';
import { LiveView } from '../../src/cli/run/live-view.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { Screen } from './screen.ts';

const zero = {
  opened: 0,
  started: 0,
  finished: 0,
  failed: 0,
  timedOut: 0,
  cancelled: 0,
  retried: 0,
  startable: 0,
  running: 0,
};

/** A flow whose nodes have as many running epochs as the list says, and as many done as they have letters. */
function status(running: readonly number[], elapsedMs = 1500): FlowStatus {
  const nodes = running.map((count, at) => ({
    node: `node${at}`,
    counts: { ...zero, opened: count, running: count, finished: `node${at}`.length },
  }));
  return {
    state: 'running',
    elapsedMs,
    total: zero,
    nodes,
    stateOf: ({ counts }) => (counts.running > 0 ? 'running' : 'idle'),
  };
}

function terminalOf(columns: number, rows: number): FakeTerminal {
  const terminal = new FakeTerminal();
  for (const output of [terminal.stdout, terminal.stderr])
    Object.assign(output, { isTTY: true, columns, rows });
  return terminal;
}

function shown(terminal: FakeTerminal): string[] {
  const screen = new Screen(terminal.stderr.columns, terminal.stderr.rows);
  screen.write(terminal.stderr.text);
  return screen.lines;
}

it('is a line for the flow and one for each node, with the cursor below', () => {
  const terminal = terminalOf(80, 24);
  new LiveView(terminal, 'flow.toml').tick(status([0, 2]));
  expect(shown(terminal)).toEqual([
    'flow.toml  running  1.5 s',
    'node   state    running  waiting  done  failed',
    'node0  idle           0        0     5       0',
    'node1  running        2        0     5       0',
    '',
  ]);
});

it('is redrawn in place, in one write, and leaves nothing behind', () => {
  const terminal = terminalOf(80, 24);
  const view = new LiveView(terminal, 'flow.toml');
  view.tick(status([1, 2, 3]));
  view.tick(status([1]));
  expect(terminal.stderr.writes).toHaveLength(2);
  expect(shown(terminal)).toHaveLength(4);
  view.end();
  expect(shown(terminal)).toEqual(['']);
});

it('shows the busiest nodes where there is no room for all, in declaration order, and counts the rest', () => {
  const terminal = terminalOf(80, 7);
  new LiveView(terminal, 'flow.toml').tick(status([0, 0, 4, 0, 0, 1, 0, 0, 2, 0]));
  const lines = shown(terminal);
  expect(lines).toHaveLength(7);
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(/^node2 /),
    expect.stringMatching(/^node5 /),
    expect.stringMatching(/^node8 /),
    'and 7 more, less busy',
    '',
  ]);
});

it('has colours only where the terminal shows them', () => {
  const terminal = terminalOf(80, 24);
  new LiveView(terminal, 'flow.toml').tick(status([1]));
  expect(terminal.stderr.text).not.toMatch(/\u001b\[[\d;]*m/);
  Object.assign(terminal.stderr, { colour: true });
  new LiveView(terminal, 'flow.toml').tick(status([1]));
  expect(terminal.stderr.text).toMatch(/\u001b\[1mflow\.toml[^\n]*\u001b\[0m/);
});

it('a narrower terminal that has wrapped its lines is cleared whole', () => {
  const terminal = terminalOf(80, 24);
  const view = new LiveView(terminal, 'flow.toml');
  view.tick(status([1]));
  Object.assign(terminal.stderr, { columns: 20 });
  view.resized();
  const last = terminal.stderr.writes.at(-1) ?? '';
  expect(last.startsWith('\r\u001b[8A')).toBe(true);
  for (const line of last.replaceAll(/\u001b\[\d*[A-Za-z]|\r/g, '').split('\n')) {
    expect(line.length).toBeLessThan(20);
  }
});

it('passes on what goes to a file at once, without touching the view', () => {
  const terminal = terminalOf(80, 24);
  terminal.stdout.isTTY = false;
  const view = new LiveView(terminal, 'flow.toml');
  view.tick(status([1]));
  const before = terminal.stderr.text;
  view.print('half a line', terminal.stdout);
  expect(terminal.stdout.text).toBe('half a line');
  expect(terminal.stderr.text).toBe(before);
});

it('whatever is drawn and printed, the screen has what was printed and the last frame, and nothing wraps or scrolls it', () => {
  const word = fc.stringMatching(/^[a-z]{0,12}$/);
  const step = fc.oneof(
    fc.record({ draw: fc.array(fc.nat(3), { maxLength: 12 }) }),
    fc.record({ print: word, ends: fc.boolean(), waitMs: fc.constantFrom(0, 30, 200) }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.integer({ min: 14, max: 90 }),
      fc.integer({ min: 2, max: 12 }),
      (steps, columns, rows) => {
        const terminal = terminalOf(columns, rows);
        const view = new LiveView(terminal, 'flow.toml');
        let printed = '';
        for (const one of steps) {
          if ('draw' in one) {
            view.tick(status(one.draw));
            const lines = shown(terminal);
            const frame = lines.findIndex((line) => line.startsWith('flow.toml'));
            expect(lines.slice(0, Math.max(0, frame)).join('\n')).toBe(
              wrapped(printed.slice(0, printed.lastIndexOf('\n') + 1), columns)
                .slice(0, -1)
                .join('\n'),
            );
            expect(lines.length - frame).toBeLessThanOrEqual(rows);
          } else {
            terminal.nowMs += one.waitMs;
            const text = one.print + (one.ends ? '\n' : '');
            printed += text;
            view.print(text, terminal.stdout);
          }
        }
        view.end();
        const whole = printed === '' || printed.endsWith('\n') ? printed : `${printed}\n`;
        expect(shown(terminal)).toEqual(wrapped(whole, columns));
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

/** The lines of a text as a terminal shows them. */
function wrapped(text: string, columns: number): string[] {
  return text
    .split('\n')
    .flatMap((line) =>
      line === '' ? [''] : (line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []),
    );
}
