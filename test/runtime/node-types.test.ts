/** What defineNode makes can be named by path in a definition, and is of the package that runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetrunError } from '../../src/errors.ts';
import { Net } from '../../src/runtime/net.ts';

let folder = '';

beforeAll(() => {
  // Outside of the project: nothing called netrun can be found from there.
  folder = mkdtempSync(join(tmpdir(), 'netrun-types-'));
  const nodes = [
    "import { defineNode, NetrunError } from 'netrun';",
    "import { createKernel } from 'netrun/kernel';",
    'const life: string[] = [];',
    'export const scale = defineNode({',
    "  in: { x: 'number' }, out: { y: 'number' },",
    '  start: () => { life.push(`start`); },',
    '  stop: () => { life.push(`stop`); },',
    '  exec: ({ x }) => ({ y: x * 2 }),',
    '});',
    'export const fail = defineNode({',
    "  in: { x: 'number' },",
    "  exec: () => { throw new NetrunError('OPTION_INVALID', 'thrown on purpose'); },",
    '});',
    'export const lifeOf = () => life;',
    'export const kernel = (ctx: any, packets: any) => {',
    '  ctx.consumePacketSync(packets.x[0]);',
    '  ctx.loadOutputPort("y", ctx.createPacket(createKernel));',
    '  ctx.sendOutputSalvo("send");',
    '};',
  ];
  writeFileSync(join(folder, 'nodes.ts'), `${nodes.join('\n')}\n`);
});

afterAll(() => rmSync(folder, { recursive: true }));

function netOf(path: string, more: readonly string[] = [], outPorts = '["y"]'): Net {
  const text = [
    '[net]',
    outPorts === '[]' ? '' : 'outputs = ["A.y"]',
    '[nodes.A]',
    `exec_node_func = "./nodes.ts#${path}"`,
    'in_ports = ["x"]',
    `out_ports = ${outPorts}`,
    ...more,
  ];
  return Net.fromToml(text.join('\n'), { file: join(folder, 'flow.toml') });
}

describe('a node type named by exec_node_func', () => {
  it('runs with all of its functions', async () => {
    const net = netOf('scale');
    await net.inject('A.x', 21);
    expect((await net.start()).outputs).toEqual({ 'A.y': [42] });
    await net.stop();
  });

  it('checks the types of its ports', async () => {
    const net = netOf('scale');
    await net.inject('A.x', 'text');
    const { error } = await net.start();
    expect(error?.cause).toMatchObject({ code: 'PACKET_TYPE_MISMATCH' });
    await net.stop();
  });

  it('leaves a port whose type the definition gives at that type', async () => {
    const net = netOf('scale', [], '{ y = { type = "string" } }');
    await net.inject('A.x', 21);
    const { error } = await net.start();
    expect(error?.cause).toMatchObject({ code: 'PACKET_TYPE_MISMATCH', message: /A\.y/ });
    await net.stop();
  });

  it.each([
    ['NODE_TYPE_MISMATCH', ['[nodes.A.meta]'], '["z"]'],
    ['CONFIG_INVALID', ['config = { factor = 2 }'], '["y"]'],
  ] as const)('%s where the node does not fit it', async (code, more, outPorts) => {
    const text = ['[nodes.A]', 'exec_node_func = "./nodes.ts#scale"', 'in_ports = ["x"]'];
    const net = Net.fromToml([...text, `out_ports = ${outPorts}`, ...more].join('\n'), {
      file: join(folder, 'flow.toml'),
    });
    const error = await net.load().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code,
      nodeName: 'A',
      hint: expect.stringMatching(/./) as string,
    });
  });

  it('is no start function', async () => {
    const net = netOf('scale', ['start_node_func = "./nodes.ts#scale"']);
    await expect(net.load()).rejects.toMatchObject({ code: 'FUNCTION_NOT_A_FUNCTION' });
  });
});

describe('what a TypeScript file imports as netrun', () => {
  it('is the instance that runs it, so that errors are of one family', async () => {
    const net = netOf('fail', [], '[]');
    await net.inject('A.x', 1);
    const { error } = await net.start();
    expect(error?.cause).toBeInstanceOf(NetrunError);
    await net.stop();
  });

  it('is there under its other entry points too', async () => {
    const { createKernel } = await import('../../src/kernel.ts');
    const net = netOf('kernel');
    await net.inject('A.x', 1);
    expect((await net.start()).outputs['A.y']?.[0]).toBe(createKernel);
    await net.stop();
  });
});
