/**
 * Imports what a definition names by path, `./nodes.ts#clean`: .ts and .mts as they are, .js and .mjs natively.
 *
 * F1 what a TypeScript file imports as `netrun` is this very instance of the package, wherever the file
 * lies and whether or not it could find one.
 */
import { existsSync } from 'node:fs';
import { dirname, extname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import { NetrunError } from '../../errors.ts';
import { asError } from '../errors.ts';
import { entryFile } from '../package-folder.ts';

/** Who names a path, for errors. */
export interface ImportPlace {
  /** `nodes.A.exec_node_func`. */
  readonly key: string;
  readonly nodeName: string;
}

const typescriptEndings: ReadonlySet<string> = new Set(['.ts', '.mts', '.cts']);
const javascriptEndings: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs']);

type Module = Readonly<Record<string, unknown>>;

/** The package's entry points as they run now. */
async function entryPoints(): Promise<Record<string, unknown>> {
  const entry = async (name: string): Promise<unknown> =>
    import(pathToFileURL(entryFile(name)).href);
  return {
    netrun: await entry('index'),
    'netrun/kernel': await entry('kernel'),
    'netrun/compiled': await entry('compiled'),
  };
}

/** Loaded only where a flow has functions in TypeScript: loading it takes as long as a small flow. */
async function typescriptImporter(): Promise<Jiti> {
  const [{ createJiti }, virtualModules] = await Promise.all([import('jiti'), entryPoints()]);
  return createJiti(entryFile('index'), { fsCache: false, virtualModules });
}

/** Imports modules relative to one definition; each file once. */
export class FunctionLoader {
  readonly #base: string;
  readonly #modules = new Map<string, Promise<Module>>();
  #jiti: Promise<Jiti> | null = null;

  /** `file` is the definition's own file; without one, paths are relative to the working directory. */
  constructor(file: string | undefined) {
    this.#base = file === undefined ? resolve('.') : dirname(resolve(file));
  }

  /**
   * The export that `path` names. Throws `FUNCTION_PATH_INVALID`, `FUNCTION_FILE_NOT_FOUND`,
   * `FUNCTION_IMPORT_FAILED`, `FUNCTION_EXPORT_NOT_FOUND`.
   */
  async load(path: string, place: ImportPlace): Promise<unknown> {
    const [file, name] = this.#split(path, place);
    if (!existsSync(file)) {
      throw failure('FUNCTION_FILE_NOT_FOUND', place, `there is no file ${file}`, {
        hint: `Paths are relative to ${this.#base}.`,
      });
    }
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = this.#import(file);
      this.#modules.set(file, module);
    }
    const exports = await module.catch((thrown: unknown) => {
      const cause = asError(thrown);
      throw failure('FUNCTION_IMPORT_FAILED', place, `importing ${file} failed: ${cause.message}`, {
        cause,
        hint: 'Import the file by itself to see what is wrong with it.',
      });
    });
    if (!Object.hasOwn(exports, name)) {
      const known = Object.keys(exports).join(', ') || 'nothing';
      throw failure('FUNCTION_EXPORT_NOT_FOUND', place, `${file} does not export ${name}`, {
        hint: `It exports: ${known}.`,
      });
    }
    return exports[name];
  }

  #split(path: string, place: ImportPlace): [file: string, name: string] {
    const hash = path.lastIndexOf('#');
    const written = hash < 0 ? path : path.slice(0, hash);
    const name = hash < 0 ? 'default' : path.slice(hash + 1);
    const ending = extname(written);
    if (name === '' || !(typescriptEndings.has(ending) || javascriptEndings.has(ending))) {
      throw failure('FUNCTION_PATH_INVALID', place, `${JSON.stringify(path)} is no import path`, {
        hint: 'Write ./file.ts#export, with one of the endings .ts, .mts, .js, .mjs.',
      });
    }
    return [isAbsolute(written) ? written : resolve(this.#base, written), name];
  }

  async #import(file: string): Promise<Module> {
    if (!typescriptEndings.has(extname(file))) {
      return (await import(pathToFileURL(file).href)) as Module;
    }
    this.#jiti ??= typescriptImporter();
    return (await this.#jiti).import<Module>(file);
  }
}

function failure(
  code: string,
  place: ImportPlace,
  message: string,
  details: { cause?: Error; hint: string },
): NetrunError {
  return new NetrunError(code, `${place.key}: ${message}`, {
    nodeName: place.nodeName,
    ...details,
  });
}
