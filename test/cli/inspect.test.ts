/** `netrun inspect` and `netrun run --inspect`: a page on a run, from the command line. The page must be built. */
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { Page } from '../runtime/inspector/page.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { linesOf, runFlow, writeHistory } from './recorded-flows.ts';
import { Workspace, netrun, nodesModule } from './workspace.ts';
import { textWith } from '../runtime/inspector/wanted.ts';

const work = new Workspace();
work.file('nodes.mjs', nodesModule);

/** Adds up nothing before somebody puts a packet at `Join.late`. */
const stuck = work.file(
  'stuck.toml',
  `
[net]
inputs = ["Join.late"]
[nodes.Feed]
exec_node_func = "./nodes.mjs#source"
out_ports = ["out"]
[nodes.Join]
exec_node_func = "./nodes.mjs#eat"
in_ports = ["in", "late"]
[nodes.Join.in_salvo_conditions.all]
when = "count(in) == 3 and nonempty(late)"
ports = { in = "all", late = 1 }
[[edges]]
from = "Feed.out"
to = "Join.in"
`,
);

/** The address that was told. */
function urlIn(text: string): { readonly url: string; close(): Promise<void> } {
  const url = /http:\/\/[^\s"]+/.exec(text)?.[0] ?? '';
  return { url, close: () => Promise.resolve() };
}

describe('netrun run --inspect', () => {
  it('keeps a flow that is stuck, until it is freed from the page, and then shows the run', async () => {
    const terminal = new FakeTerminal();
    const running = runProgram(['run', stuck, '--inspect'], terminal);
    await terminal.stderr.has('the net is stuck: go on from the inspector');
    const page = await Page.connect(urlIn(terminal.stderr.text));
    const { explanation } = await page.ask('explain', {});
    expect(explanation.text).toContain('Join');
    await page.ask('command', { command: { type: 'inject', port: 'Join.late', value: 1 } });
    await terminal.stderr.has('the inspector stays at http://127.0.0.1:');
    expect(terminal.stdout.text).toMatch(/^drained/);
    expect((await page.ask('overview', {})).net.lifecycle).toBe('stopped');
    expect(terminal.held).toBe(1);
    const closed = page.closed();
    terminal.happen({ type: 'interrupt' });
    expect(await running).toBe(0);
    expect(await closed).toBe(1001);
    expect(terminal.held).toBe(0);
  });

  it('waits while it is paused from the page, and ends with an interrupt', async () => {
    const terminal = new FakeTerminal();
    const running = runProgram(['run', stuck, '--inspect'], terminal);
    await terminal.stderr.has('the net is stuck');
    const page = await Page.connect(urlIn(terminal.stderr.text));
    await page.ask('command', { command: { type: 'pause' } });
    await terminal.stderr.has('the net is paused: go on from the inspector');
    await page.ask('command', { command: { type: 'resume' } });
    await page.ask('command', { command: { type: 'inject', port: 'Join.late', value: 1 } });
    await terminal.stderr.has('the inspector stays');
    terminal.happen({ type: 'interrupt' });
    expect(await running).toBe(0);
  });

  it('ends with the net that is stopped from the page', async () => {
    const terminal = new FakeTerminal();
    const running = runProgram(['run', stuck, '--inspect'], terminal);
    await terminal.stderr.has('the net is stuck');
    const page = await Page.connect(urlIn(terminal.stderr.text));
    await page.ask('command', { command: { type: 'stop' } });
    await terminal.stderr.has('the inspector stays');
    terminal.happen({ type: 'terminate' });
    expect(await running).toBe(2);
    expect(terminal.stdout.text).toMatch(/^stopped/);
  });

  it('ends at once where the run is interrupted', async () => {
    const terminal = new FakeTerminal();
    const running = runProgram(['run', stuck, '--inspect'], terminal);
    await terminal.stderr.has('the net is stuck');
    terminal.happen({ type: 'interrupt' });
    expect(await running).toBe(130);
  });
});

describe('netrun inspect', () => {
  it('serves a recorded run until an interrupt', async () => {
    const path = writeHistory(work, 'good/history.jsonl', linesOf(await runFlow()));
    const terminal = new FakeTerminal();
    const serving = runProgram(['inspect', path, '--json'], terminal);
    await terminal.stdout.has('}');
    const told = JSON.parse(terminal.stdout.text) as { readonly ok: boolean; readonly url: string };
    expect(told).toMatchObject({ ok: true, file: path });
    const page = await Page.connect(urlIn(told.url));
    expect(page.pushes[0]).toMatchObject({ hasControls: false });
    await page.ask('follow', {});
    await page.push('tick', ({ position }) => position.last === 97);
    terminal.happen({ type: 'interrupt' });
    expect(await serving).toBe(0);
  });

  it('is at the same address each time, which only this user can work out', async () => {
    const path = writeHistory(work, 'again/history.jsonl', linesOf(await runFlow()));
    const serve = async (
      what: string,
      stateFolder: string | null,
      ...more: readonly string[]
    ): Promise<{ readonly url: URL; end(): Promise<void> }> => {
      const terminal = new FakeTerminal();
      terminal.stateFolder = stateFolder;
      const serving = runProgram(['inspect', what, ...more], terminal);
      await terminal.stdout.has('inspector of');
      const url = new URL(urlIn(terminal.stdout.text).url);
      return {
        url,
        end: async () => {
          terminal.happen({ type: 'interrupt' });
          expect(await serving).toBe(0);
        },
      };
    };
    const state = work.path('state');
    const first = await serve(path, state);
    // While it is there, another one has another port.
    const beside = await serve(path, state);
    expect(beside.url.port).not.toBe(first.url.port);
    expect(beside.url.search).toBe(first.url.search);
    await beside.end();
    await first.end();
    const again = await serve(work.path('again'), state);
    expect(again.url.href).toBe(first.url.href);
    await again.end();
    const named = await serve(path, state, '--port', '0');
    expect(named.url.port).not.toBe(first.url.port);
    await named.end();
    const key = join(state, 'netrun', 'inspector.key');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    chmodSync(key, 0o644);
    for (const folder of [state, null, work.file('a-file', '')]) {
      const other = await serve(path, folder);
      expect(other.url.search).not.toBe(first.url.search);
      await other.end();
    }
  });

  it('serves a definition, whose run is begun from the page', async () => {
    const terminal = new FakeTerminal();
    const serving = runProgram(['inspect', stuck], terminal);
    await terminal.stdout.has('which is started from the page');
    const page = await Page.connect(urlIn(terminal.stdout.text));
    expect((await page.ask('overview', {})).net.lifecycle).toBe('created');
    await page.ask('follow', {});
    await page.ask('command', { command: { type: 'resume' } });
    await page.push('tick', ({ change }) => change.net.blocked === 'stuck');
    terminal.happen({ type: 'interrupt' });
    expect(await serving).toBe(0);
  });

  it.each([
    [['inspect', 'nothing.jsonl'], 'HISTORY_UNREADABLE'],
    [['inspect', 'nothing.toml'], 'FILE_UNREADABLE'],
    [['inspect', 'x', '--port', 'http'], 'ARGUMENT_INVALID'],
    [['inspect', 'x', '--port', '70000'], 'ARGUMENT_INVALID'],
  ])('%j is refused', async (args, code) => {
    const ran = await netrun(args);
    expect(ran).toMatchObject({ code: 1, stderr: textWith(`error ${code}`) });
  });
});
