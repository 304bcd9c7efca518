/** Rules as they are written: in TOML with places, in code, and every problem at once. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import {
  RulesError,
  parseRules,
  readRules,
  rulesOf,
} from '../../../src/testing/rules/read-rules.ts';

const graph = new Graph({
  nodes: [{ name: 'Ship', inPorts: ['order'], outPorts: ['shipped'] }],
  edges: [],
});

describe('rules in TOML', () => {
  it('are read in order, with every form', () => {
    const rules = parseRules(`
[rules.never_free]
never = { port = "Ship.shipped", value = { cents = 0 } }

[rules.known]
when = { port = "Ship.order" }
always = { customer = { name = { "~" = "^[A-Z]" } } }

[rules.shipped]
when = { any = [{ port = "Ship.order" }, { event = "EpochStarted", node = "Ship" }] }
leads_to = { port = "Ship.shipped" }
within_events = 20
within_seconds = 1.5
`);
    expect(rules).toEqual([
      { name: 'never_free', never: { port: 'Ship.shipped', value: { cents: 0 } } },
      {
        name: 'known',
        when: { port: 'Ship.order' },
        always: { customer: { name: { '~': '^[A-Z]' } } },
      },
      {
        name: 'shipped',
        when: { any: [{ port: 'Ship.order' }, { event: 'EpochStarted', node: 'Ship' }] },
        leadsTo: { port: 'Ship.shipped' },
        withinEvents: 20,
        withinSeconds: 1.5,
      },
    ]);
  });

  it('tell all their problems at once, each with its place and what to do', () => {
    const { diagnostics } = readRules(
      `[rules.a]
never = { prt = "Ship.shipped" }
[rules.b]
when = { port = "Ship.shiped" }
leads_to = { event = "EpochFinsihed" }
within_events = 0
same = "id"
[rules.c]
always = 3
never = { node = "Shop" }
within_seconds = 1
[rules.d]
when = { event = "EpochFailed", value = 3 }
always = { "~" = "(" }
[rules.e]
[rules.f]
never = { any = [{ port = "Ship.order", event = "EpochFailed" }], node = "Ship" }
[rules.g]
never = { port = "Ship.order", value = { ">" = true } }
`,
      { file: 'rules.toml', graph },
    );
    const told = diagnostics.map(({ code, place, hint }) => {
      expect(place?.file).toBe('rules.toml');
      expect(hint).not.toBe('');
      return `${place?.line}:${place?.column} ${code}`;
    });
    expect(told).toEqual([
      '2:11 UNKNOWN_KEY',
      '4:8 RULE_WITHOUT_VALUE',
      '4:17 UNKNOWN_PORT',
      '5:22 RULE_UNKNOWN_EVENT',
      '6:17 NUMBER_NOT_POSITIVE',
      '8:8 KEYS_EXCLUSIVE',
      '10:18 UNKNOWN_NODE',
      '11:1 KEYS_EXCLUSIVE',
      '13:8 RULE_WITHOUT_VALUE',
      '13:8 RULE_WITHOUT_VALUE',
      '14:18 RULE_EXPRESSION_INVALID',
      '15:8 KEY_MISSING',
      '17:9 KEYS_EXCLUSIVE',
      '17:18 KEYS_EXCLUSIVE',
      '19:48 EXPECTED_NUMBER',
    ]);
    const hints = diagnostics.map(({ hint }) => hint);
    expect(hints).toContain('Did you mean Ship.shipped?');
    expect(hints).toContain('Did you mean EpochFinished?');
    expect(hints).toContain('Did you mean `port`?');
  });

  it('tell where the text is no TOML, no text, or has no rules', () => {
    const codes = (text: string | Uint8Array) =>
      readRules(text).diagnostics.map(({ code }) => code);
    expect(codes('[rules.a\nnever = { event = "NetStarted" }')).toContain(
      'TOML_HEADER_UNTERMINATED',
    );
    expect(codes(new Uint8Array([0xff]))).toEqual(['DEFINITION_NOT_UTF8']);
    expect(codes('')).toEqual(['KEY_MISSING']);
    expect(codes('[rules.a]\nnever = {}')).toEqual(['RULE_EMPTY']);
    expect(codes('rules = 3')).toEqual(['EXPECTED_TABLE']);
    expect(codes('rule = 3')).toEqual(['UNKNOWN_KEY', 'KEY_MISSING']);
  });

  it('are an error with all of them where they are parsed', () => {
    expect(() => parseRules('[rules.a]\n[rules.b]')).toThrow(RulesError);
    expect(() => parseRules('[rules.a]\n[rules.b]')).toThrow('The rules have 2 problems');
  });
});

describe('rules in code', () => {
  it('have the names of their keys, and the problems of those in TOML', () => {
    const value = (cents: number): boolean => cents > 0;
    const given = { ok: { when: { port: 'Ship.order' }, always: value } };
    expect(rulesOf(given, graph)).toEqual([{ name: 'ok', ...given.ok }]);
    const wrong = { bad: { when: { port: 'Ship.none' }, leads_to: { port: 'Ship.shipped' } } };
    expect(() => rulesOf(wrong, graph)).toThrow(/leads_to.*\n.*leadsTo/);
  });

  it('may be nested so deep and no deeper', () => {
    let pattern: object = { event: 'NetStarted' };
    for (let depth = 0; depth < 12; depth++) pattern = { any: [pattern] };
    expect(() => rulesOf({ deep: { never: pattern } })).toThrow('nested too deep');
  });
});
