/** TOML read to a definition: text, syntax, shape and meaning, with every problem of all four. */
import { dirname, resolve } from 'node:path';
import { limits } from '../../limits.ts';
import type { GraphDefinition } from '../definition.ts';
import { Problems } from '../diagnostic.ts';
import type { Diagnostic, PlaceFinder } from '../diagnostic.ts';
import { Terms, indexNodes } from '../graph-index.ts';
import { normalForm } from '../normal-form.ts';
import { validate } from '../validate.ts';
import { parseToml } from './parser.ts';
import { Lines, placeFinder } from './places.ts';
import { definitionText } from './text.ts';
import { plainTree } from './tree.ts';

export interface ReadOptions {
  /** The file the text came from: named in places, and what the paths in it are relative to. */
  readonly file?: string;
  /**
   * Reads the files of nets that are used as nodes, so that what is wrong in them is found too; throws
   * where it cannot. Without it those files are not looked at.
   */
  readonly readFile?: (path: string) => string | Uint8Array;
}

export interface DefinitionReading {
  /** Complete only where there are no diagnostics. */
  readonly definition: GraphDefinition;
  readonly find: PlaceFinder;
  readonly diagnostics: readonly Diagnostic[];
}

const nothing: GraphDefinition = { nodes: [], edges: [], outputs: [], net: {} };

class DefinitionReader {
  readonly #readFile: ReadOptions['readFile'];
  readonly #collected = new Problems();
  readonly #readFiles = new Set<string>();

  constructor(readFile: ReadOptions['readFile']) {
    this.#readFile = readFile;
  }

  read(input: string | Uint8Array, file: string | undefined): DefinitionReading {
    const chain = file === undefined ? [] : [resolve(file)];
    const { definition, find } = this.#one(input, file, chain);
    return { definition, find, diagnostics: this.#collected.sorted() };
  }

  #one(
    input: string | Uint8Array,
    file: string | undefined,
    chain: readonly string[],
  ): Omit<DefinitionReading, 'diagnostics'> {
    const text = definitionText(input);
    if (typeof text !== 'string') {
      const lines = new Lines(typeof input === 'string' ? input.slice(0, text.offset) : '', file);
      const find: PlaceFinder = () => lines.place(text.offset);
      this.#collected.add({
        code: text.code,
        message: text.message,
        hint: text.hint,
        path: '',
        place: lines.place(text.offset),
      });
      return { definition: nothing, find };
    }
    const lines = new Lines(text, file);
    const { root, problems: mistakes } = parseToml(text);
    for (const { code, message, hint, offset, first } of mistakes) {
      const clash = first === undefined ? '' : `, first in line ${lines.place(first).line}`;
      this.#collected.add({
        code,
        message: message + clash,
        hint,
        path: '',
        place: lines.place(offset),
      });
    }
    const find = placeFinder(text, root, lines);
    const problems = new Problems(find);
    const definition = normalForm(plainTree(root), 'snake', problems);
    if (mistakes.length === 0) validate(definition, indexNodes(definition), new Terms(), problems);
    // What a line that could not be read would have said is not missing.
    this.#collected.addAll(problems, mistakes.length === 0 ? undefined : 'KEY_MISSING');
    this.#included(definition, file, chain, find);
    return { definition, find };
  }

  #included(
    definition: GraphDefinition,
    file: string | undefined,
    chain: readonly string[],
    find: PlaceFinder,
  ): void {
    if (this.#readFile === undefined) return;
    const problems = new Problems(find);
    for (const node of definition.nodes) {
      if (node.net === undefined || node.net === '') continue;
      const path = ['nodes', node.name, 'net'];
      const target = resolve(file === undefined ? '.' : dirname(file), node.net);
      const before = chain.indexOf(target);
      if (before >= 0) {
        const way = [...chain.slice(before), target].map((each) => each.split(/[\\/]/).at(-1));
        const message = `The net includes itself: ${way.join(' -> ')}`;
        problems.report('NET_FILE_CYCLE', path, message, 'Take one of the inclusions out.');
      } else if (chain.length >= limits.definitionDepth) {
        const message = `Nets are nested more than ${limits.definitionDepth} deep`;
        problems.report('DEFINITION_TOO_DEEP', path, message, 'Nest less.');
      } else if (!this.#readFiles.has(target)) {
        this.#readFiles.add(target);
        const text = this.#contents(target);
        if (text === undefined) {
          const message = `The file ${node.net} cannot be read`;
          problems.report(
            'NET_FILE_UNREADABLE',
            path,
            message,
            `Looked for ${target}; paths are relative to the file they stand in.`,
          );
        } else this.#one(text, target, [...chain, target]);
      }
    }
    this.#collected.addAll(problems);
  }

  #contents(path: string): string | Uint8Array | undefined {
    try {
      return this.#readFile?.(path);
    } catch {
      return undefined;
    }
  }
}

/** Reads a definition. Never throws on what the text says. */
export function readDefinition(
  input: string | Uint8Array,
  options: ReadOptions = {},
): DefinitionReading {
  return new DefinitionReader(options.readFile).read(input, options.file);
}
