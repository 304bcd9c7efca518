/** `netrun init`: a first flow that runs. */
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../display-text.ts';
import { fileFailure, writeNew } from '../files.ts';
import { CommandFailure } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { writeJson } from '../report.ts';
import { starterFiles } from '../starter-files.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface InitOptions {
  readonly json?: boolean;
}

/** Whether anything has this name; a link that leads nowhere counts. */
function isTaken(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Writes the files; throws CommandFailure, and writes none, where one of them is there already. */
export function init(folder: string, options: InitOptions, terminal: Terminal): ExitCode {
  const paths = new Map([...starterFiles].map(([name, text]) => [join(folder, name), text]));
  const taken = [...paths.keys()].filter(isTaken).map((file): Problem => {
    const message = `${file} exists already, and is not overwritten`;
    return { code: 'FILE_EXISTS', message, hint: 'Name another folder: netrun init my-flow.' };
  });
  if (taken.length > 0) throw new CommandFailure(taken);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [path, text] of paths) writeNew(path, [text]);
  } catch (error) {
    throw fileFailure('FILE_UNWRITABLE', folder, error);
  }
  if (options.json === true) {
    writeJson(terminal, { ok: true, folder, files: [...starterFiles.keys()] });
    return 0;
  }
  for (const path of paths.keys()) terminal.stdout.write(`wrote ${printable(path)}\n`);
  terminal.stdout.write(`Run it: netrun run ${printable(join(folder, 'flow.toml'))}\n`);
  return 0;
}
