/** Malformed definitions: each is refused with its code, a place and a hint, at once. */
import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../src/dsl/graph.ts';
import { definitionCodes, formatDiagnostic } from '../../src/dsl/diagnostic.ts';
import { limits } from '../../src/limits.ts';
import { good, malformed, mutated } from './malformed.ts';

const found = malformed.map((each) => ({ ...each, list: each.diagnostics() }));

describe('malformed definitions', () => {
  it('are spoilt from one that is in order', () => {
    expect(parseDefinition(good, { file: 'net.toml' }).diagnostics).toEqual([]);
  });

  it('are 300 and more, of 40 codes and more', () => {
    expect(malformed.length).toBeGreaterThanOrEqual(300);
    expect(new Set(malformed.map(({ code }) => code)).size).toBeGreaterThanOrEqual(40);
  });

  it.each(found)('say what is wrong: $name is $code', ({ code, list, text }) => {
    expect(list.map((diagnostic) => diagnostic.code)).toContain(code);
    expect(list.length).toBeLessThanOrEqual(limits.diagnostics + 1);
    for (const diagnostic of list) {
      expect(diagnostic.message).not.toBe('');
      expect(diagnostic.hint).not.toBe('');
      expect(diagnostic.place !== undefined).toBe(text);
      expect(formatDiagnostic(diagnostic)).not.toMatch(/undefined|\[object/);
    }
  });

  it('have codes that are all explained, and every explained code has one', () => {
    const produced = new Set(found.flatMap(({ list }) => list.map(({ code }) => code)));
    expect([...produced].toSorted()).toEqual(Object.keys(definitionCodes).toSorted());
    expect(new Set(malformed.map(({ code }) => code))).toEqual(produced);
  });

  it('have one mistake each, and one diagnostic', () => {
    const several = found.filter(
      ({ list, name }) =>
        list.length > 1 && !/million|thousand|HTML|prose|YAML|JSON|feature/.test(name),
    );
    expect(
      several.map(({ name, list }) => `${name}: ${list.map(({ code }) => code).join(' ')}`),
    ).toEqual([]);
  });
});

describe('places of mistakes', () => {
  const placeOf = (text: string): unknown => {
    const { diagnostics } = parseDefinition(text, { file: 'net.toml' });
    return diagnostics.map(
      ({ code, place, path }) => `${code} ${place?.file}:${place?.line}:${place?.column} ${path}`,
    );
  };

  it('point at the value that names what is not there', () => {
    expect(placeOf(mutated('from = "Clean.out"', 'from = "Clean.nowhere"'))).toEqual([
      'UNKNOWN_PORT net.toml:41:8 edges[0].from',
    ]);
    expect(placeOf(mutated('inputs = ["Clean.in"]', 'inputs = ["Clean.in", "Clean.x"]'))).toEqual([
      'UNKNOWN_PORT net.toml:8:23 net.inputs[1]',
    ]);
  });

  it('point at the key that does not exist, with the nearest that does', () => {
    const { diagnostics } = parseDefinition(mutated('capacity = 10', '  capacty = 10'));
    expect(diagnostics).toEqual([
      {
        code: 'UNKNOWN_KEY',
        message: 'There is no `capacty` here',
        path: 'edges[0].capacty',
        place: { line: 43, column: 3 },
        hint: 'Did you mean `capacity`?',
      },
    ]);
  });

  it('point into the text of a term', () => {
    expect(
      placeOf(mutated('when = "nonempty(in)"', 'when = "nonempty(in) and fulll(in)"')),
    ).toEqual([
      'TERM_UNKNOWN_FUNCTION net.toml:23:26 nodes.Clean.in_salvo_conditions.default.when',
    ]);
    expect(
      placeOf(mutated('when = "nonempty(in)"', "when = '''\nnonempty(in)\n  and nonempty(inn)'''")),
    ).toEqual(['TERM_UNKNOWN_PORT net.toml:25:16 nodes.Clean.in_salvo_conditions.default.when']);
    expect(
      placeOf(
        mutated('when = "nonempty(in)"', 'when = """\nnonempty(in) \\\n   and \\u0065mpty(inn)"""'),
      ),
    ).toEqual(['TERM_UNKNOWN_PORT net.toml:25:19 nodes.Clean.in_salvo_conditions.default.when']);
  });

  it('are in order, syntax, shape and meaning together, and no mistake hides another', () => {
    const text = mutated('mode = "dag"', 'mode = "tree"')
      .replace('to = "Report.in"', 'to = "Report.inn"')
      .replace('slots = 3', 'slots = 0')
      .replace('retries = 3', 'retires = 3')
      .replace('when = "nonempty(in)"', 'when = "nonempty(in"');
    expect(placeOf(text)).toEqual([
      'VALUE_NOT_ALLOWED net.toml:3:8 net.mode',
      'SLOTS_INVALID net.toml:20:31 nodes.Clean.out_ports.out.slots',
      'TERM_UNEXPECTED_END net.toml:23:20 nodes.Clean.in_salvo_conditions.default.when',
      'UNKNOWN_OPTION net.toml:32:1 nodes.Clean.options.retires',
      'UNKNOWN_PORT net.toml:42:6 edges[0].to',
    ]);
    expect(placeOf(text.replace('timeout = 30', 'timeout = '))).toEqual([
      'VALUE_NOT_ALLOWED net.toml:3:8 net.mode',
      'SLOTS_INVALID net.toml:20:31 nodes.Clean.out_ports.out.slots',
      'UNKNOWN_OPTION net.toml:32:1 nodes.Clean.options.retires',
      'TOML_VALUE_MISSING net.toml:34:11 ',
    ]);
  });

  it('say where a key that is given twice stood first', () => {
    const { diagnostics } = parseDefinition('[net]\nseed = 1\n[net.meta]\n[net]');
    expect(diagnostics).toMatchObject([
      {
        code: 'TOML_KEY_DUPLICATE',
        place: { line: 4, column: 2 },
        message: '`net` is given twice, first in line 1',
      },
    ]);
  });

  it('count what is not shown', () => {
    const lines = Array.from({ length: limits.diagnostics + 50 }, (_, n) => `key${n} = 1`);
    const { diagnostics } = parseDefinition(lines.join('\n'));
    expect(diagnostics).toHaveLength(limits.diagnostics + 1);
    expect(diagnostics.at(-1)).toMatchObject({ code: 'MORE_PROBLEMS', message: 'and 50 more' });
  });
});
