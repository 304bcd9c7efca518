/** Compiles a text as if it stood in this folder, for tests of what the compiler says. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface CompilerError {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** The errors of `text`, which imports from `../../src/`. */
export function compile(text: string): readonly CompilerError[] {
  const cache = `${root}node_modules/.cache`;
  mkdirSync(cache, { recursive: true });
  const dir = mkdtempSync(`${cache}/compile-`);
  try {
    writeFileSync(`${dir}/text.ts`, text.replaceAll("'../../src/", "'../../../src/"));
    const tsconfig = { extends: `${root}tsconfig.json`, include: [], files: ['./text.ts'] };
    writeFileSync(`${dir}/tsconfig.json`, JSON.stringify(tsconfig));
    const tsc = `${root}node_modules/typescript/bin/tsc`;
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', dir], {
      encoding: 'utf8',
    });
    return [...stdout.matchAll(/^.*?text\.ts\((\d+),\d+\): error (TS.*)$/gm)].map(
      ([, line, message]) => ({
        line: Number(line),
        message: message ?? '',
      }),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}
