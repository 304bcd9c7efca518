/** Rules read from TOML or taken from code: their form checked, every problem told at once. */
import { z } from 'zod';
import { type Diagnostic, type Path, Problems } from '../../dsl/diagnostic.ts';
import { formatDiagnostic } from '../../dsl/diagnostic.ts';
import { FieldReader, type Spelling, spelt, tableEntries } from '../../dsl/field-reader.ts';
import type { Graph } from '../../dsl/graph.ts';
import { nearest } from '../../dsl/nearest-name.ts';
import { parseToml } from '../../dsl/toml/parser.ts';
import { Lines, placeFinder } from '../../dsl/toml/places.ts';
import { definitionText } from '../../dsl/toml/text.ts';
import { plainTree } from '../../dsl/toml/tree.ts';
import { NetrunError } from '../../errors.ts';
import type { EventPattern, Rule, RuleInput, RulesInput, ValuePattern } from './rule.ts';
import { eventTypes } from './event-types.ts';
import { isComparisons } from './value-pattern.ts';

/** Rules that are not right in form: `code` is `RULES_INVALID`, `diagnostics` has every problem, sorted by place. */
export class RulesError extends NetrunError {
  override readonly name: string = 'RulesError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const count = diagnostics.length === 1 ? 'a problem' : `${diagnostics.length} problems`;
    const list = diagnostics.map(formatDiagnostic).join('\n');
    super('RULES_INVALID', `The rules have ${count}:\n${list}`, { hint: diagnostics[0]?.hint });
    this.diagnostics = diagnostics;
  }
}

export interface RulesReading {
  /** Complete only where there are no diagnostics. */
  readonly rules: readonly Rule[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReadRulesOptions {
  /** The file the text came from, named in places. */
  readonly file?: string;
  /** The graph that the rules are about: nodes and ports that it does not have are reported. */
  readonly graph?: Graph;
}

const ruleKeys: readonly (keyof RuleInput)[] = [
  'never',
  'when',
  'always',
  'leadsTo',
  'same',
  'withinEvents',
  'withinSeconds',
];
const patternKeys: readonly (keyof EventPattern)[] = ['port', 'event', 'node', 'value', 'any'];

const text = z.string('EXPECTED_STRING').min(1, 'STRING_EMPTY');
const records = z.int('EXPECTED_INTEGER').min(1, 'NUMBER_NOT_POSITIVE');
const seconds = z.number('EXPECTED_NUMBER').gt(0, 'TIME_NOT_POSITIVE');

/** Alternatives within alternatives. */
const deepest = 10;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

class RulesReader {
  readonly #problems: Problems;
  readonly #reader: FieldReader;
  readonly #graph: Graph | undefined;

  constructor(problems: Problems, spelling: Spelling, graph: Graph | undefined) {
    this.#problems = problems;
    this.#reader = new FieldReader(problems, spelling);
    this.#graph = graph;
  }

  rules(raw: unknown, path: Path): Rule[] {
    const entries = tableEntries(raw);
    if (entries === undefined) {
      this.#reader.reportWanted('EXPECTED_TABLE', path, raw);
      return [];
    }
    return entries.flatMap(([name, rule]) => this.#rule(name, rule, [...path, name]) ?? []);
  }

  #rule(name: string, raw: unknown, path: Path): Rule | null {
    const fields = this.#reader.fields(raw, ruleKeys, path);
    const at = (key: keyof RuleInput): Path => [...path, spelt(key)];
    const rule: Writable<Rule> = { name };
    for (const key of ['never', 'when', 'leadsTo'] as const) {
      if (!fields.has(key)) continue;
      const pattern = this.#pattern(fields.get(key), at(key), 0);
      if (pattern !== null) rule[key] = pattern;
    }
    if (fields.has('always')) rule.always = this.#value(fields.get('always'), at('always'));
    this.#bounds(rule, fields, at);
    this.#form(new Set(fields.keys()), path);
    this.#assertSubject(rule, at('when'));
    return rule;
  }

  #bounds(
    rule: Writable<Rule>,
    fields: ReadonlyMap<string, unknown>,
    at: (key: keyof RuleInput) => Path,
  ): void {
    const checked = <T>(key: keyof RuleInput, schema: z.ZodType<T>): T | undefined =>
      fields.has(key) ? this.#reader.check(schema, fields.get(key), at(key)) : undefined;
    const same = checked('same', text);
    const withinEvents = checked('withinEvents', records);
    const withinSeconds = checked('withinSeconds', seconds);
    if (same !== undefined) rule.same = same;
    if (withinEvents !== undefined) rule.withinEvents = withinEvents;
    if (withinSeconds !== undefined) rule.withinSeconds = withinSeconds;
  }

  /** A rule is one of three forms, and has what goes with it. */
  #form(keys: ReadonlySet<string>, path: Path): void {
    const hint =
      'Write never = …, or when = … with always = …, or when = … with leads_to = …, and nothing of another form.';
    const forms = ['never', 'always', 'leadsTo'].filter((key) => keys.has(key));
    const [form] = forms;
    if (forms.length > 1 || (form === 'never' && keys.has('when'))) {
      const both = [...forms, ...(keys.has('when') && form === 'never' ? ['when'] : [])];
      const named = both.map((key) => `\`${spelt(key)}\``).join(' and ');
      this.#problems.report('KEYS_EXCLUSIVE', path, `${named} do not go together`, hint, {
        at: 'key',
      });
    } else if (form === undefined) {
      this.#problems.report('KEY_MISSING', path, 'The rule says nothing', hint, { at: 'key' });
    } else if (form !== 'never' && !keys.has('when')) {
      this.#problems.report('KEY_MISSING', path, '`when` is missing', hint, { at: 'key' });
    }
    if (form === 'leadsTo') return;
    for (const key of ['same', 'withinEvents', 'withinSeconds']) {
      if (!keys.has(key)) continue;
      const message = `\`${spelt(key)}\` goes with \`leads_to\``;
      this.#problems.report('KEYS_EXCLUSIVE', [...path, spelt(key)], message, hint, { at: 'key' });
    }
  }

  /** What is said of values has to be about packets. */
  #assertSubject({ when, leadsTo, always, same }: Rule, path: Path): void {
    const isOfPackets = (pattern: EventPattern): boolean =>
      pattern.any === undefined ? pattern.port !== undefined : pattern.any.every(isOfPackets);
    const bySame = same !== undefined && same !== 'epoch';
    if (always === undefined && !bySame) return;
    const about = [when, ...(bySame ? [leadsTo] : [])];
    if (about.every((pattern) => pattern === undefined || isOfPackets(pattern))) return;
    const what = always === undefined ? `\`same = ${JSON.stringify(same)}\`` : '`always`';
    const hint = 'Name a port: only packets have values.';
    this.#problems.report('RULE_WITHOUT_VALUE', path, `${what} is about values`, hint);
  }

  #pattern(raw: unknown, path: Path, depth: number): EventPattern | null {
    const fields = this.#reader.fields(raw, patternKeys, path);
    const pattern: Writable<EventPattern> = {};
    for (const key of ['port', 'event', 'node'] as const) {
      if (!fields.has(key)) continue;
      const read = this.#reader.check(text, fields.get(key), [...path, key]);
      if (read !== undefined) pattern[key] = read;
    }
    if (fields.has('value')) pattern.value = this.#value(fields.get('value'), [...path, 'value']);
    if (fields.has('any')) pattern.any = this.#any(fields.get('any'), [...path, 'any'], depth);
    const keys = [...fields.keys()];
    const hint = 'Name a port, an event or a node, or give alternatives with any = [ … ].';
    if (tableEntries(raw)?.length === 0)
      this.#problems.report('RULE_EMPTY', path, 'Nothing is looked for', hint);
    const alone = keys.includes('any') && keys.length > 1;
    const both = keys.includes('port') && keys.includes('event');
    if (alone || both) {
      const message = alone ? '`any` stands alone' : '`port` and `event` do not go together';
      this.#problems.report('KEYS_EXCLUSIVE', path, message, hint);
    }
    if (keys.includes('value') && !keys.includes('port'))
      this.#problems.report('RULE_WITHOUT_VALUE', path, '`value` goes with `port`', hint);
    this.#known(pattern, path);
    return keys.length === 0 ? null : pattern;
  }

  #any(raw: unknown, path: Path, depth: number): readonly EventPattern[] {
    const list = this.#reader.list(raw, path);
    if (depth >= deepest) {
      const hint = 'Write all of them in one list.';
      this.#problems.report('RULE_TOO_DEEP', path, 'Alternatives are nested too deep', hint);
      return [];
    }
    return list.flatMap((one, at) => this.#pattern(one, [...path, at], depth + 1) ?? []);
  }

  /** Events that there are none of, nodes and ports that the graph does not have. */
  #known({ node, port, event }: EventPattern, path: Path): void {
    if (event !== undefined && !eventTypes.includes(event)) {
      const close = nearest(event, eventTypes);
      const hint =
        close === undefined
          ? 'Name an event or an action as a history has it, such as EpochFailed.'
          : `Did you mean ${close}?`;
      const message = `A history has nothing called ${event}`;
      this.#problems.report('RULE_UNKNOWN_EVENT', [...path, 'event'], message, hint);
    }
    const graph = this.#graph;
    if (graph === undefined) return;
    const nodes = graph.nodes.map(({ name }) => name);
    const ports = graph.nodes.flatMap(({ name, inPorts, outPorts }) =>
      [...inPorts, ...outPorts].map((one) => `${name}.${one.name}`),
    );
    this.#knownName(node, nodes, 'UNKNOWN_NODE', 'node', path);
    this.#knownName(port, ports, 'UNKNOWN_PORT', 'port', path);
  }

  #knownName(
    name: string | undefined,
    known: readonly string[],
    code: string,
    what: string,
    path: Path,
  ): void {
    if (name === undefined || known.includes(name)) return;
    const close = nearest(name, known);
    const hint = close === undefined ? 'Look at netrun explain FLOW.' : `Did you mean ${close}?`;
    this.#problems.report(code, [...path, what], `The flow has no ${what} ${name}`, hint);
  }

  #value(raw: unknown, path: Path): ValuePattern {
    if (typeof raw === 'function') return raw as ValuePattern;
    const entries = raw instanceof RegExp ? undefined : tableEntries(raw);
    if (entries === undefined) return raw as ValuePattern;
    const read = Object.fromEntries(
      entries.map(([key, value]) => [key, this.#value(value, [...path, key])]),
    );
    if (isComparisons(read)) this.#comparisons(read, path);
    return read;
  }

  #comparisons(read: Readonly<Record<string, unknown>>, path: Path): void {
    for (const key of ['<', '<=', '>', '>='] as const) {
      const given = read[key];
      if (given === undefined || typeof given === 'number' || typeof given === 'string') continue;
      if (given instanceof Date || typeof given === 'bigint') continue;
      this.#reader.reportWanted('EXPECTED_NUMBER', [...path, key], given);
    }
    if (read['~'] === undefined) return;
    const pattern = this.#reader.check(text, read['~'], [...path, '~']);
    if (pattern === undefined) return;
    try {
      new RegExp(pattern, 'u').test('');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const hint = 'Write a regular expression of JavaScript.';
      this.#problems.report('RULE_EXPRESSION_INVALID', [...path, '~'], why, hint);
    }
  }
}

/** Reads `[rules.NAME]` tables. Never throws on what the text says. */
export function readRules(
  input: string | Uint8Array,
  { file, graph }: ReadRulesOptions = {},
): RulesReading {
  const given = definitionText(input);
  const whole = typeof given === 'string' ? given : '';
  const lines = new Lines(whole, file);
  if (typeof given !== 'string') {
    const { code, message, hint, offset } = given;
    return {
      rules: [],
      diagnostics: [{ code, message, hint, path: '', place: lines.place(offset) }],
    };
  }
  const { root, problems: mistakes } = parseToml(whole);
  const problems = new Problems(placeFinder(whole, root, lines));
  for (const { code, message, hint, offset } of mistakes)
    problems.add({ code, message, hint, path: '', place: lines.place(offset) });
  const reader = new RulesReader(problems, 'snake', graph);
  const fields = new FieldReader(problems, 'snake').fields(plainTree(root), ['rules'], []);
  const rules = fields.has('rules') ? reader.rules(fields.get('rules'), ['rules']) : [];
  if (!fields.has('rules') && mistakes.length === 0)
    problems.report(
      'KEY_MISSING',
      [],
      'There are no rules',
      'Write a table [rules.NAME] for each.',
    );
  return { rules, diagnostics: problems.sorted() };
}

/** Rules in TOML. Throws RulesError with all problems. */
export function parseRules(
  input: string | Uint8Array,
  options: ReadRulesOptions = {},
): readonly Rule[] {
  const { rules, diagnostics } = readRules(input, options);
  if (diagnostics.length > 0) throw new RulesError(diagnostics);
  return rules;
}

/** Rules given in code, as they are followed. Throws RulesError with all problems. */
export function rulesOf(input: RulesInput | readonly Rule[], graph?: Graph): readonly Rule[] {
  if (Array.isArray(input)) return input as readonly Rule[];
  const problems = new Problems();
  const rules = new RulesReader(problems, 'camel', graph).rules(input, []);
  if (!problems.none) throw new RulesError(problems.sorted());
  return rules;
}
