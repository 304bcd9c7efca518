/**
 * Programs of the simulation, started in processes of their own: in one file of native modules thousands of runs
 * cost a sixth less than where every import is looked up anew, and loading it costs next to nothing.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { engineOf } from '../../src/runtime/kernel/engines.ts';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const engines = { './default-engine.ts': source('../kernel/interpreted-default.ts') };

/** Writes a program of this folder, and all of ours that it imports, to a folder; it has the engine of these tests. */
export async function bundledProgram(name: string, folder: string): Promise<string> {
  const file = join(folder, 'dist', 'program', `${name}.mjs`);
  const bundle = await rolldown({
    input: source(`${name}.ts`),
    platform: 'node',
    external: 'vitest',
    resolve: { alias: engineOf().name === 'compiled' ? {} : engines },
  });
  await bundle.write({ file, format: 'esm', codeSplitting: false, sourcemap: 'inline' });
  await bundle.close();
  // Where the sources look up their version.
  copyFileSync(source('../../package.json'), join(folder, 'package.json'));
  return file;
}

/** Runs a program of this folder, whose first argument is the engine, to its end; rejects with what it says where it fails. */
export async function runProgram(name: string, args: readonly string[]): Promise<void> {
  const parent = source('../../.netrun/');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'program-'));
  try {
    const program = await bundledProgram(name, folder);
    const engine = engineOf().name;
    await promisify(execFile)(process.execPath, ['--enable-source-maps', program, engine, ...args]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
