/** netrun replay --reexec: functions that act otherwise are found, and named. */
import { describe, expect, it, vi } from 'vitest';
import { Workspace, documentOf, netrun } from './workspace.ts';

const work = new Workspace();

work.file(
  'nodes.mjs',
  `
const sending = (make) => async (ctx, packets) => {
  for (const packet of packets.in) await ctx.consumePacket(packet);
  ctx.loadOutputPort('out', ctx.createPacket(make(ctx)));
  ctx.sendOutputSalvo('send');
};
export const draws = sending(() => ({ drawn: Math.random() }));
export const asks = sending((ctx) => ({ drawn: ctx.random() }));
export const throws = () => { throw new TypeError('no more'); };
`,
);

/** A definition with one node; its function is the one of this name. */
function flow(name: string): string {
  return work.file(
    `${name}.toml`,
    `
[net]
inputs = ["A.in"]
outputs = ["A.out"]

[nodes.A]
in_ports = ["in"]
out_ports = ["out"]
exec_node_func = "./nodes.mjs#${name}"
`,
  );
}

/** Runs the flow; gives the folder of its run. */
async function ran(name: string, folder: string): Promise<string> {
  const path = work.path(folder);
  const { code, stderr } = await netrun(['run', flow(name), '--run-dir', path, '--in', 'A.in=1']);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return path;
}

const draw = vi.spyOn(Math, 'random').mockReturnValue(0.25);
const drawing = await ran('draws', 'runs/drawing');
const asking = await ran('asks', 'runs/asking');
draw.mockReturnValue(0.75);

describe('netrun replay --reexec', () => {
  it('says that functions do the same', async () => {
    const { code, stdout } = await netrun(['replay', asking, '--reexec']);
    expect(stdout).toMatch(/^run .*\n1 attempt: 1 same\n$/);
    expect(code).toBe(0);
  });

  it('names node, epoch, attempt and port, and shows both values', async () => {
    const { code, stdout } = await netrun(['replay', drawing, '--reexec']);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /different: A {2}e1 {2}attempt 0, output port out, at \$\.drawn\n {2}recorded {2}0\.25\n {2}now {7}0\.75\n1 attempt: 1 different\nstopped at the first that is not the same; --report goes on to the end\n$/,
    );
    const whole = await netrun(['replay', drawing, '--reexec', '--report']);
    expect(whole.stdout).toMatch(/1 attempt: 1 different\n$/);
  });

  it('runs the functions of another definition', async () => {
    const { code, stdout } = await netrun(['replay', asking, '--reexec', '--flow', flow('throws')]);
    expect(code).toBe(2);
    expect(stdout).toContain("threw: A  e1  attempt 0, operation 0\n  recorded  'returned'\n");
    expect(stdout).toContain("message: 'no more'");
  });

  it('goes through all histories of a folder, as a document too', async () => {
    const told = await netrun(['replay', work.path('runs'), '--reexec', '--json']);
    expect(told.code).toBe(2);
    expect(documentOf(told)).toMatchObject({
      ok: false,
      histories: [
        { ok: true, counts: { same: 1, difference: 0 }, attempts: [] },
        {
          ok: false,
          counts: { same: 0, difference: 1 },
          attempts: [{ node: 'A', epoch: 'e1', port: 'out', recorded: 0.25, replayed: 0.75 }],
        },
      ],
      problems: [],
    });
  });

  it('is no check where nothing can be run again', async () => {
    const bare = work.file('bare.toml', '[nodes.A]\nin_ports = ["in"]\nout_ports = ["out"]\n');
    const { code, stdout, stderr } = await netrun(['replay', asking, '--reexec', '--flow', bare]);
    expect(code).toBe(1);
    expect(stdout).toContain('skipped: A  e1  attempt 0: node A has no function');
    expect(stderr).toContain('HISTORY_INCOMPLETE');
  });

  it('refuses options that do not go with it', async () => {
    for (const args of [
      ['--reexec', '--until', '3'],
      ['--flow', flow('asks')],
    ]) {
      const { code, stderr } = await netrun(['replay', asking, ...args]);
      expect(code).toBe(1);
      expect(stderr).toContain('ARGUMENT_INVALID');
    }
  });
});
