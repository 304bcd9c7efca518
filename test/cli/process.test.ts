/** The command as a process: exit codes, signals, what stands on which output. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Running } from './running-process.ts';
import { Workspace } from './workspace.ts';

const workspace = new Workspace();
workspace.file(
  'nodes.mjs',
  `
export function shout() { console.log('out loud'); console.error('beside'); process.stdout.write('half'); }
export async function wait(ctx) { console.error('node runs'); await new Promise((resolve) => { setInterval(() => {}, 1e6); ctx.signal.addEventListener('abort', resolve); }); }
export async function finish() { console.error('node runs'); setInterval(() => {}, 1e6); await new Promise((resolve) => process.once('SIGUSR2', resolve)); }
export function never() { return new Promise(() => {}); }
export function late() { queueMicrotask(() => { throw new Error('nobody catches this'); }); return new Promise(() => {}); }
export function lingers() { setInterval(() => {}, 1e6); }
`,
);
workspace.file('loud.mjs', "console.log('imported'); export function x() {}");
workspace.file('stalled.mjs', 'await new Promise(() => {});');
const flow = (name: string, exec: string): string =>
  workspace.file(`${name}.toml`, `[nodes.A]\nexec_node_func = "${exec}"\n`);

/** Lines of progress: only a run that takes more than a second has some. */
const progress = /[\d.]+ m?s \w+: \d[\d,]* epochs? running, .*\n/g;

async function ended(
  ...args: string[]
): Promise<Pick<Running, 'stdout' | 'stderr'> & { code: number | null }> {
  const running = new Running(args);
  const code = await running.ended;
  return { code, stdout: running.stdout, stderr: running.stderr.replace(progress, '') };
}

describe('netrun as a process', () => {
  it('keeps standard output for the document, whatever nodes write there', async () => {
    const { code, stdout, stderr } = await ended(
      'run',
      flow('shout', './nodes.mjs#shout'),
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, state: 'drained' });
    expect(stderr).toBe('out loud\nbeside\nhalf');
  });

  it('keeps it for the document also where nodes are run again', async () => {
    const folder = workspace.path('shouted');
    expect((await ended('run', flow('again', './nodes.mjs#shout'), '--run-dir', folder)).code).toBe(
      0,
    );
    const { code, stdout, stderr } = await ended('replay', folder, '--reexec', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'out loud\nbeside\nhalf' });
  });

  it('shows what nodes print once and as they print it, whatever the level of the log', async () => {
    const { stdout, stderr } = await ended(
      'run',
      flow('plain', './nodes.mjs#shout'),
      '--log',
      'info',
    );
    expect(stdout.startsWith('out loud\nhalf')).toBe(true);
    expect(stderr).toBe('beside\n');
  });

  it('leaves it to the log where a node says echo_stdout = false', async () => {
    const quiet = workspace.file(
      'quiet.toml',
      '[nodes.A]\nexec_node_func = "./nodes.mjs#shout"\noptions = { echo_stdout = false }\n',
    );
    const { stdout, stderr } = await ended('run', quiet);
    expect(stdout).not.toContain('out loud');
    expect(stderr).toBe('error A e1: beside\n');
  });

  it('keeps it free of what modules write while they are imported', async () => {
    const file = flow('loud', './loud.mjs#x');
    for (const command of ['check', 'run']) {
      const { code, stdout, stderr } = await ended(command, file, '--json');
      expect({ code, ok: (JSON.parse(stdout) as { ok: unknown }).ok, stderr }).toEqual({
        code: 0,
        ok: true,
        stderr: 'imported\n',
      });
    }
  });

  it('ends with its exit code although a node has left a timer behind', async () => {
    expect((await ended('run', flow('lingers', './nodes.mjs#lingers'))).code).toBe(0);
  });

  it('the first SIGINT lets the running epoch finish, and exits with 130', async () => {
    const running = new Running(['run', flow('finish', './nodes.mjs#finish'), '--json']);
    await running.says('node runs');
    running.child.kill('SIGINT');
    await running.says('1 running epoch may finish');
    running.child.kill('SIGUSR2');
    expect(await running.ended).toBe(130);
    expect(JSON.parse(running.stdout)).toMatchObject({
      state: 'interrupted',
      epochs: { finished: 1 },
    });
  });

  it('the second SIGINT stops it at once, with 130', async () => {
    const running = new Running(['run', flow('second', './nodes.mjs#wait')]);
    await running.says('node runs');
    running.child.kill('SIGINT');
    await running.says('interrupt again');
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(130);
  });

  it('one process at a time works in the folder of a run; one that was killed holds nobody up', async () => {
    const [file, kept] = [flow('kept', './nodes.mjs#wait'), workspace.path('kept-run')];
    const first = new Running(['run', file, '--run-dir', kept]);
    await first.says('node runs');
    const second = await ended('run', file, '--run-dir', kept, '--resume');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^error RUN_DIR_BUSY process \d+ is at work on the run in /m);
    first.child.kill('SIGKILL');
    await first.ended;
    const third = new Running(['run', file, '--run-dir', kept, '--resume']);
    await third.says('node runs');
    third.child.kill('SIGTERM');
    expect(await third.ended).toBe(130);
    expect(existsSync(join(kept, 'lock.json'))).toBe(false);
  });

  it('SIGTERM stops it at once, with 130', async () => {
    const running = new Running(['run', flow('term', './nodes.mjs#wait')]);
    await running.says('node runs');
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(130);
  });

  it('a flow that awaits what cannot happen ends with 2 and says which node does', async () => {
    const { code, stderr } = await ended('run', flow('never', './nodes.mjs#never'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error FLOW_HANGS .*A \(1 epoch\)/m);
  });

  it('a module that awaits what cannot happen ends with 2 in every command that imports it', async () => {
    const { code, stderr } = await ended('check', flow('stalled', './stalled.mjs#x'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error FLOW_HANGS /m);
  });

  it('an error that nobody catches ends with 2, its place and no stack', async () => {
    const { code, stderr } = await ended('run', flow('late', './nodes.mjs#late'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error UNCAUGHT_ERROR .*nodes\.mjs:6 nobody catches this$/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('wrong input ends with 1', async () => {
    expect((await ended('check', workspace.path('missing.toml'))).code).toBe(1);
  });
});
