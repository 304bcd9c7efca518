/** Functions by import path: TypeScript and JavaScript as they are, and every way it can go wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FunctionLoader } from '../../src/runtime/setup/function-loader.ts';
import { Net } from '../../src/runtime/net.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netrun-loader-'));
  const take =
    "const [packet] = packets.in; const value = ctx.consumePacketSync(packet); ctx.loadOutputPort('out', ctx.createPacket(shout(value))); ctx.sendOutputSalvo('send');";
  writeFileSync(
    join(folder, 'text.ts'),
    'export const shout = (text: string): string => text.toUpperCase();\n',
  );
  writeFileSync(
    join(folder, 'nodes.ts'),
    `import { shout } from './text.ts';\nenum Kind { A = 1 }\nexport function clean(ctx: any, packets: any): void { ${take} }\nexport const notOne = Kind.A;\n`,
  );
  writeFileSync(
    join(folder, 'plain.mjs'),
    `const shout = (text) => text + '!';\nexport function clean(ctx, packets) { ${take} }\nexport default clean;\n`,
  );
  writeFileSync(join(folder, 'broken.ts'), 'export const = 1;\n');
  writeFileSync(join(folder, 'throws.mjs'), "throw new Error('at import');\n");
  writeFileSync(
    join(folder, 'flow.toml'),
    [
      '[net]',
      'outputs = ["B.out"]',
      '[nodes.A]',
      'exec_node_func = "./nodes.ts#clean"',
      'in_ports = ["in"]',
      'out_ports = ["out"]',
      '[nodes.B]',
      'exec_node_func = "./plain.mjs#clean"',
      'in_ports = ["in"]',
      'out_ports = ["out"]',
      '[[edges]]',
      'from = "A.out"',
      'to = "B.in"',
      '',
    ].join('\n'),
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

const place = { key: 'nodes.A.exec_node_func', nodeName: 'A' };

it('a definition in TOML runs with the functions that it names by path', async () => {
  const net = Net.fromTomlFile(join(folder, 'flow.toml'));
  await net.inject('A.in', 'hey');
  expect((await net.start()).outputs).toEqual({ 'B.out': ['HEY!'] });
  await net.stop();
});

it('a path without an export names the default one', async () => {
  const loaded = await new FunctionLoader(join(folder, 'flow.toml')).load('./plain.mjs', place);
  expect((loaded as { name: string }).name).toBe('clean');
});

it.each([
  ['FUNCTION_PATH_INVALID', 'nodes#clean'],
  ['FUNCTION_PATH_INVALID', './nodes.ts#'],
  ['FUNCTION_FILE_NOT_FOUND', './missing.ts#clean'],
  ['FUNCTION_IMPORT_FAILED', './broken.ts#clean'],
  ['FUNCTION_IMPORT_FAILED', './throws.mjs#clean'],
  ['FUNCTION_EXPORT_NOT_FOUND', './nodes.ts#cleanse'],
])('%s: %s, with the key that names it and a hint', async (code, path) => {
  const loader = new FunctionLoader(join(folder, 'flow.toml'));
  const error = await loader.load(path, place).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, nodeName: 'A' });
  expect((error as Error).message).toContain('nodes.A.exec_node_func');
  expect((error as { hint?: string }).hint).toMatch(/./);
});

it('an export that is no function is told by its key', async () => {
  const text = '[nodes.A]\nexec_node_func = "./nodes.ts#notOne"\nin_ports = ["in"]\n';
  const net = Net.fromToml(text, { file: join(folder, 'other.toml') });
  const error = await net.load().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'FUNCTION_NOT_A_FUNCTION', nodeName: 'A' });
  expect((error as Error).message).toContain('nodes.A.exec_node_func');
});

it('what cannot be loaded is told by load() and by start(), and nothing runs', async () => {
  const text = '[nodes.A]\nexec_node_func = "./missing.ts#f"\nin_ports = ["in"]\n';
  const net = Net.fromToml(text, { file: join(folder, 'other.toml') });
  await expect(net.load()).rejects.toMatchObject({ code: 'FUNCTION_FILE_NOT_FOUND' });
  await expect(net.start()).rejects.toMatchObject({ code: 'FUNCTION_FILE_NOT_FOUND' });
  expect(net.status().state).toBe('created');
  expect(() => Net.fromTomlFile(join(folder, 'none.toml'))).toThrow(
    expect.objectContaining({ code: 'DEFINITION_UNREADABLE' }),
  );
});
