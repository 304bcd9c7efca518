/** Definitions that are wrong, each with the code that says so. */
import { z } from 'zod';
import { flow } from '../../src/dsl/builder.ts';
import { defineNode } from '../../src/dsl/define-node.ts';
import { Graph, parseDefinition } from '../../src/dsl/graph.ts';
import type { GraphInput } from '../../src/dsl/definition.ts';
import type { Diagnostic } from '../../src/dsl/diagnostic.ts';
import { GraphValidationError } from '../../src/dsl/errors.ts';
import { limits } from '../../src/limits.ts';

export interface Malformed {
  readonly name: string;
  readonly code: string;
  readonly diagnostics: () => readonly Diagnostic[];
  /** It came from text: the diagnostic has a place. */
  readonly text: boolean;
}

/** A definition with every kind of part; the mutations below each spoil one line of it. */
export const good = `[net]
on_error = "continue"
mode = "dag"
max_concurrency = 8
history_file = "./history.jsonl"
history_level = "full"
history_flush_on_pause = true
inputs = ["Clean.in"]
outputs = ["Report.out"]

[net.defaults]
retry_wait = 0.5

[net.meta]
author = "Ada"

[nodes.Clean]
exec_node_func = "./nodes.ts#clean"
in_ports = ["in"]
out_ports = { out = { slots = 3 }, rest = { type = "string", fanout = "round_robin" } }

[nodes.Clean.in_salvo_conditions.default]
when = "nonempty(in)"
ports = { in = 2 }

[nodes.Clean.out_salvo_conditions.send]
when = "nonempty(out) or count(rest) >= 2"
ports = ["out", "rest"]
max_salvos = "infinite"

[nodes.Clean.options]
retries = 3
defer_net_actions = true
timeout = 30

[nodes.Report]
in_ports = ["in", "rest"]
out_ports = ["out"]

[[edges]]
from = "Clean.out"
to = "Report.in"
capacity = 10

[[edges]]
from = "Clean.rest"
to = "Report.rest"
`;

const kinds: Readonly<Record<string, string>> = {
  string: '"text"',
  number: '7',
  boolean: 'true',
  list: '[]',
  table: '{}',
};

/** Every value that the key can be given of another kind than it has. */
function wrongKinds(
  line: string,
  code: string,
  ...fine: readonly string[]
): [string, string, string][] {
  const key = line.split(' =')[0] ?? '';
  return Object.entries(kinds)
    .filter(([kind]) => !fine.includes(kind))
    .map(([, value]) => [line, `${key} = ${value}`, code]);
}

/** Lines of `good`, what stands there instead, and the code that this has. */
const mutations: readonly (readonly [line: string, instead: string, code: string])[] = [
  ...wrongKinds('on_error = "continue"', 'VALUE_NOT_ALLOWED'),
  ...wrongKinds('mode = "dag"', 'VALUE_NOT_ALLOWED'),
  ...wrongKinds('max_concurrency = 8', 'EXPECTED_INTEGER', 'number'),
  ...wrongKinds('history_file = "./history.jsonl"', 'EXPECTED_STRING', 'string'),
  ...wrongKinds('history_level = "full"', 'VALUE_NOT_ALLOWED'),
  ...wrongKinds('history_flush_on_pause = true', 'EXPECTED_BOOLEAN', 'boolean'),
  ...wrongKinds('inputs = ["Clean.in"]', 'EXPECTED_LIST', 'list'),
  ...wrongKinds('outputs = ["Report.out"]', 'EXPECTED_LIST', 'list'),
  ...wrongKinds('retry_wait = 0.5', 'EXPECTED_NUMBER', 'number'),
  ...wrongKinds('exec_node_func = "./nodes.ts#clean"', 'EXPECTED_STRING', 'string'),
  ...wrongKinds('in_ports = ["in"]', 'EXPECTED_LIST', 'list', 'table'),
  ...wrongKinds('when = "nonempty(in)"', 'EXPECTED_STRING', 'string'),
  ...wrongKinds('max_salvos = "infinite"', 'MAX_SALVOS_INVALID', 'number'),
  ...wrongKinds('retries = 3', 'EXPECTED_INTEGER', 'number'),
  ...wrongKinds('defer_net_actions = true', 'EXPECTED_BOOLEAN', 'boolean'),
  ...wrongKinds('timeout = 30', 'EXPECTED_NUMBER', 'number'),
  ...wrongKinds('capacity = 10', 'CAPACITY_INVALID', 'number'),
  ...wrongKinds('from = "Clean.out"', 'EXPECTED_STRING', 'string'),
  ...wrongKinds('ports = { in = 2 }', 'EXPECTED_NAMES', 'string', 'list', 'table'),
  // Keys that are not there, or are there wrongly.
  ...['onerror', 'onError', 'on_eror', 'mood', 'history', 'name'].map(
    (key): [string, string, string] => [
      'on_error = "continue"',
      `${key} = "continue"`,
      'UNKNOWN_KEY',
    ],
  ),
  ...['exec_func', 'execNodeFunc', 'exec_node_fun'].map((key): [string, string, string] => [
    'exec_node_func = "./nodes.ts#clean"',
    `${key} = "./nodes.ts#clean"`,
    'UNKNOWN_KEY',
  ]),
  ...['retry', 'Retries', 'retires'].map((key): [string, string, string] => [
    'retries = 3',
    `${key} = 3`,
    'UNKNOWN_OPTION',
  ]),
  ['retry_wait = 0.5', 'retry_weight = 0.5', 'UNKNOWN_OPTION'],
  ['capacity = 10', 'capacty = 10', 'UNKNOWN_KEY'],
  ['history_level = "full"', 'pool_selection = "io"', 'UNKNOWN_KEY'],
  ['max_salvos = "infinite"', 'max_salvo = 1', 'UNKNOWN_KEY'],
  ['[nodes.Clean.options]', '[nodes.Clean.option]', 'UNKNOWN_KEY'],
  [
    '[nodes.Clean.in_salvo_conditions.default]',
    '[nodes.Clean.in_conditions.default]',
    'UNKNOWN_KEY',
  ],
  ['[net.defaults]', '[net.default]', 'UNKNOWN_KEY'],
  ['[[edges]]', '[[edge]]', 'UNKNOWN_KEY'],
  ['out_ports = ["out"]', 'out_ports = { out = { slot = 1 } }', 'UNKNOWN_KEY'],
  ['to = "Report.in"', '', 'KEY_MISSING'],
  ['from = "Clean.rest"', '', 'KEY_MISSING'],
  ['when = "nonempty(in)"', '', 'KEY_MISSING'],
  ['out_ports = ["out"]', 'out_ports = [{ slots = 1 }]', 'KEY_MISSING'],
  [
    'max_concurrency = 8',
    'consumed_storage_limit = 1\nconsumed_packet_storage_limit = 2',
    'KEYS_EXCLUSIVE',
  ],
  // Values out of bounds.
  ['max_concurrency = 8', 'max_concurrency = 0', 'NUMBER_NOT_POSITIVE'],
  ['max_concurrency = 8', 'max_concurrency = -1', 'NUMBER_NOT_POSITIVE'],
  ['max_concurrency = 8', 'max_concurrency = 1.5', 'EXPECTED_INTEGER'],
  ['max_concurrency = 8', 'max_concurrency = 9007199254740993', 'EXPECTED_INTEGER'],
  ['max_concurrency = 8', 'consumed_packet_storage_limit = -1', 'NUMBER_NEGATIVE'],
  ['history_file = "./history.jsonl"', 'history_file = ""', 'STRING_EMPTY'],
  ['history_level = "full"', 'history_level = "Full"', 'VALUE_NOT_ALLOWED'],
  ['history_level = "full"', 'history_fsync = "sometimes"', 'VALUE_NOT_ALLOWED'],
  ['history_level = "full"', 'history_values = "all"', 'VALUE_NOT_ALLOWED'],
  ['history_level = "full"', 'inspector_redact = "password"', 'EXPECTED_LIST'],
  ['history_level = "full"', 'inspector_redact = [1]', 'EXPECTED_STRING'],
  ['history_level = "full"', 'seed = 1.5', 'EXPECTED_STRING'],
  ['history_level = "full"', 'dead_letter_queue = "file"', 'DEAD_LETTER_PATH_MISSING'],
  ['history_level = "full"', 'history_values = "store"', 'PACKET_STORAGE_PATH_MISSING'],
  ['history_level = "full"', 'dead_letter_queue = true', 'VALUE_NOT_ALLOWED'],
  ['history_level = "full"', 'thread_pools = { io = { size = 0 } }', 'POOL_SIZE_INVALID'],
  ['history_level = "full"', 'thread_pools = { io = { size = "two" } }', 'POOL_SIZE_INVALID'],
  ['history_level = "full"', 'thread_pools = { io = {} }', 'POOL_SIZE_INVALID'],
  ['history_level = "full"', 'thread_pools = { io = 4 }', 'EXPECTED_TABLE'],
  ['history_level = "full"', 'thread_pools = 4', 'EXPECTED_TABLE'],
  ['history_level = "full"', 'process_pools = { io = { size = 1, sice = 2 } }', 'UNKNOWN_KEY'],
  [
    'history_level = "full"',
    'thread_pools = { io = { size = 1 } }\nprocess_pools = { io = { size = 1 } }',
    'POOL_DUPLICATE',
  ],
  ['retry_wait = 0.5', 'retry_wait = -0.5', 'TIME_NEGATIVE'],
  ['retry_wait = 0.5', 'retry_wait = inf', 'EXPECTED_NUMBER'],
  ['retry_wait = 0.5', 'retry_wait = nan', 'EXPECTED_NUMBER'],
  ['retry_wait = 0.5', 'retry_wait_max = -1', 'TIME_NEGATIVE'],
  ['retry_wait = 0.5', 'retry_wait = 1e12', 'TIME_TOO_LONG'],
  ['retry_wait = 0.5', 'retry_jitter = 1.5', 'NUMBER_NOT_A_SHARE'],
  ['retry_wait = 0.5', 'retry_jitter = -0.5', 'NUMBER_NOT_A_SHARE'],
  ['retry_wait = 0.5', 'retries = 1', 'RETRIES_WITHOUT_DEFER'],
  ['retry_wait = 0.5', 'pool = "io"', 'POOL_UNKNOWN'],
  ['retry_wait = 0.5', 'pool = ["io", 3]', 'EXPECTED_NAMES'],
  ['retry_wait = 0.5', 'pool = []', 'EXPECTED_NAMES'],
  ['retry_wait = 0.5', 'retry_backoff = "linear"', 'VALUE_NOT_ALLOWED'],
  ['retry_wait = 0.5', 'unconsumed = "keep"', 'VALUE_NOT_ALLOWED'],
  ['timeout = 30', 'timeout = 0', 'TIME_NOT_POSITIVE'],
  ['timeout = 30', 'timeout = -1', 'TIME_NOT_POSITIVE'],
  ['timeout = 30', 'attempt_timeout = 0', 'TIME_NOT_POSITIVE'],
  ['timeout = 30', 'start_timeout = 1e300', 'TIME_TOO_LONG'],
  ['timeout = 30', 'rate_limit_per_second = 0', 'NUMBER_NOT_POSITIVE'],
  ['timeout = 30', 'max_epochs = 0', 'NUMBER_NOT_POSITIVE'],
  ['timeout = 30', 'max_parallel_epochs = 2.5', 'EXPECTED_INTEGER'],
  ['timeout = 30', 'priority = "high"', 'EXPECTED_INTEGER'],
  ['timeout = 30', 'pool = "io"', 'POOL_UNKNOWN'],
  ['timeout = 30', 'restart = "always"', 'VALUE_NOT_ALLOWED'],
  ['retries = 3', 'retries = -1', 'NUMBER_NEGATIVE'],
  ['defer_net_actions = true', 'defer_net_actions = false', 'RETRIES_WITHOUT_DEFER'],
  ['defer_net_actions = true', '', 'RETRIES_WITHOUT_DEFER'],
  // Functions, factories, nets.
  ...['./nodes.ts', '#clean', './nodes.ts#', './nodes.ts#a b', 'nodes.clean', './a#b#c', ''].map(
    (path): [string, string, string] => [
      'exec_node_func = "./nodes.ts#clean"',
      `exec_node_func = "${path}"`,
      'IMPORT_PATH_INVALID',
    ],
  ),
  ['exec_node_func = "./nodes.ts#clean"', 'factory = "report"', 'IMPORT_PATH_INVALID'],
  ['exec_node_func = "./nodes.ts#clean"', 'factory = "builtin:"', 'IMPORT_PATH_INVALID'],
  ['exec_node_func = "./nodes.ts#clean"', 'factory_args = { a = 1 }', 'FACTORY_MISSING'],
  [
    'exec_node_func = "./nodes.ts#clean"',
    'factory = "./f.ts#f"\nfactory_args = [1]',
    'EXPECTED_TABLE',
  ],
  ['exec_node_func = "./nodes.ts#clean"', 'net = "./sub.toml"', 'NODE_AMBIGUOUS'],
  ['exec_node_func = "./nodes.ts#clean"', 'meta = "text"', 'EXPECTED_TABLE'],
  ['exec_node_func = "./nodes.ts#clean"', 'net = ""', 'STRING_EMPTY'],
  // Names and ports.
  ...['in-port', '1in', 'in port', 'ïn', '', 'in.x'].map((name): [string, string, string] => [
    'out_ports = ["out"]',
    `out_ports = ["out", "${name}"]`,
    'NAME_INVALID',
  ]),
  ...['constructor', 'prototype', '__proto__'].map((name): [string, string, string] => [
    'out_ports = ["out"]',
    `out_ports = ["out", "${name}"]`,
    'NAME_RESERVED',
  ]),
  [
    'out_ports = ["out"]',
    `out_ports = ["out", "${'x'.repeat(limits.nameChars + 1)}"]`,
    'NAME_TOO_LONG',
  ],
  ['out_ports = ["out"]', 'out_ports = ["out", "out"]', 'PORT_DUPLICATE'],
  ['out_ports = ["out"]', 'out_ports = [1]', 'EXPECTED_TABLE'],
  ['out_ports = ["out"]', 'out_ports = [{ name = 1 }]', 'EXPECTED_STRING'],
  ['out_ports = ["out"]', 'out_ports = { out = 3 }', 'EXPECTED_TABLE'],
  ...['0', '-1', '1.5', '"many"', 'true', '[]'].map((slots): [string, string, string] => [
    'out_ports = ["out"]',
    `out_ports = { out = { slots = ${slots} } }`,
    'SLOTS_INVALID',
  ]),
  ...[
    '7',
    '"a b"',
    '""',
    '{}',
    '{ class = 1 }',
    '{ class = "A", exact = 1 }',
    '{ class = "A", other = true }',
    '"./t.ts#"',
  ].map((type): [string, string, string] => [
    'out_ports = ["out"]',
    `out_ports = { out = { type = ${type} } }`,
    'PORT_TYPE_INVALID',
  ]),
  ['out_ports = ["out"]', 'out_ports = { out = { fanout = "all" } }', 'FANOUT_INVALID'],
  [
    'in_ports = ["in", "rest"]',
    'in_ports = { in = { fanout = "copy" }, rest = {} }',
    'FANOUT_INVALID',
  ],
  ['[nodes.Report]', '[nodes."Re port"]\n[nodes.Report]', 'NAME_INVALID'],
  ['[nodes.Report]', '[nodes.2nd]\n[nodes.Report]', 'NAME_INVALID'],
  ['[nodes.Report]', '[nodes.constructor]\n[nodes.Report]', 'NAME_RESERVED'],
  ['[nodes.Report]', '[nodes.__proto__]', 'TOML_KEY_RESERVED'],
  ['[nodes.Report]', '[nodes.Clean]', 'TOML_KEY_DUPLICATE'],
  [
    '[nodes.Clean.in_salvo_conditions.default]',
    '[nodes.Clean.in_salvo_conditions."a b"]',
    'NAME_INVALID',
  ],
  // Conditions.
  ['ports = { in = 2 }', 'ports = ["in", "in"]', 'CONDITION_PORT_TWICE'],
  ['ports = { in = 2 }', 'ports = "inn"', 'CONDITION_UNKNOWN_PORT'],
  ['ports = { in = 2 }', 'ports = ["in", "nowhere"]', 'CONDITION_UNKNOWN_PORT'],
  ['ports = { in = 2 }', 'ports = "out"', 'CONDITION_WRONG_DIRECTION'],
  ['ports = { in = 2 }', 'ports = []', 'CONDITION_NEVER_TAKES'],
  ['ports = { in = 2 }', 'ports = [1]', 'EXPECTED_STRING'],
  ['ports = { in = 2 }', 'ports = [{ count = 1 }]', 'KEY_MISSING'],
  ...['0', '-1', '"some"', '1.5', 'true'].map((take): [string, string, string] => [
    'ports = { in = 2 }',
    `ports = { in = ${take} }`,
    'TAKE_INVALID',
  ]),
  ...['2', '"infinite"'].map((max): [string, string, string] => [
    'ports = { in = 2 }',
    `max_salvos = ${max}`,
    'MAX_SALVOS_OF_INPUT',
  ]),
  ...['0', '-1', '1.5'].map((max): [string, string, string] => [
    'max_salvos = "infinite"',
    `max_salvos = ${max}`,
    'MAX_SALVOS_INVALID',
  ]),
  ...[
    'empty(in)',
    'count(in) < 1',
    'nonempty(in) and empty(in)',
    'count(in) > 2 and not count(in) >= 2',
    'full(in)',
    'not nonfull(in)',
  ].map((term): [string, string, string] => [
    'when = "nonempty(in)"',
    `when = "${term}"`,
    'CONDITION_NEVER_TAKES',
  ]),
  // Terms.
  ...(
    [
      ['', 'TERM_EMPTY'],
      ['   ', 'TERM_EMPTY'],
      ['nonempty(in) && nonempty(in)', 'TERM_UNEXPECTED_CHARACTER'],
      ['nonempty(in);', 'TERM_UNEXPECTED_CHARACTER'],
      ['nonempty[in]', 'TERM_UNEXPECTED_CHARACTER'],
      ['nonempty(in', 'TERM_UNEXPECTED_END'],
      ['not', 'TERM_UNEXPECTED_END'],
      ['nonempty(in) or', 'TERM_UNEXPECTED_END'],
      ['(nonempty(in)', 'TERM_UNEXPECTED_END'],
      ['nonempty(in))', 'TERM_UNEXPECTED_TOKEN'],
      ['nonempty in', 'TERM_UNEXPECTED_TOKEN'],
      ['nonempty(in) nonempty(in)', 'TERM_UNEXPECTED_TOKEN'],
      ['nonempty(3)', 'TERM_UNEXPECTED_TOKEN'],
      ['or nonempty(in)', 'TERM_UNEXPECTED_TOKEN'],
      ['()', 'TERM_UNEXPECTED_TOKEN'],
      ['noneempty(in)', 'TERM_UNKNOWN_FUNCTION'],
      ['in', 'TERM_UNKNOWN_FUNCTION'],
      ['AND(in)', 'TERM_UNKNOWN_FUNCTION'],
      ['count(in)', 'TERM_COMPARISON_MISSING'],
      ['count(in) 3', 'TERM_COMPARISON_MISSING'],
      ['count(in) = 3', 'TERM_OPERATOR_INVALID'],
      ['count(in) => 3', 'TERM_OPERATOR_INVALID'],
      ['count(in) <> 3', 'TERM_OPERATOR_INVALID'],
      ['count(in) >= -3', 'TERM_NUMBER_INVALID'],
      ['count(in) >= 3.5', 'TERM_NUMBER_INVALID'],
      ['count(in) >= 99999999999999999', 'TERM_NUMBER_INVALID'],
      ['count(in) >= 3x', 'TERM_NUMBER_INVALID'],
      ['nonempty(inn)', 'TERM_UNKNOWN_PORT'],
      ['nonempty(in) and nonempty(nowhere)', 'TERM_UNKNOWN_PORT'],
      ['nonempty(out)', 'TERM_WRONG_DIRECTION'],
      ['not '.repeat(limits.termDepth + 1), 'TERM_TOO_DEEP'],
      ['('.repeat(5000), 'TERM_TOO_DEEP'],
      ['nonempty(in) or '.repeat(1000), 'TERM_TOO_LONG'],
    ] as const
  ).map(([term, code]): [string, string, string] => [
    'when = "nonempty(in)"',
    `when = "${term}"`,
    code,
  ]),
  ['when = "nonempty(out) or count(rest) >= 2"', 'when = "nonempty(in)"', 'TERM_WRONG_DIRECTION'],
  // Edges, inputs, outputs.
  ...['Clean', 'Clean.', '.out', 'Clean.out.x', 'Clean out', ''].map(
    (ref): [string, string, string] => [
      'from = "Clean.out"',
      `from = "${ref}"`,
      'PORT_REF_INVALID',
    ],
  ),
  ['from = "Clean.out"', 'from = "Clen.out"', 'UNKNOWN_NODE'],
  ['from = "Clean.out"', 'from = "Clean.ouut"', 'UNKNOWN_PORT'],
  ['from = "Clean.out"', 'from = "Clean.in"', 'WRONG_DIRECTION'],
  ['to = "Report.in"', 'to = "Reporter.in"', 'UNKNOWN_NODE'],
  ['to = "Report.in"', 'to = "Report.inn"', 'UNKNOWN_PORT'],
  ['to = "Report.in"', 'to = "Report.out"', 'WRONG_DIRECTION'],
  ['to = "Report.in"', 'to = "Clean.in"', 'CYCLE'],
  ['from = "Clean.rest"', 'from = "Report.out"', 'CYCLE'],
  [
    'to = "Report.rest"',
    'to = "Report.rest"\n[[edges]]\nfrom = "Clean.out"\nto = "Report.in"',
    'EDGE_DUPLICATE',
  ],
  [
    'to = "Report.rest"',
    'to = "Report.rest"\n[[edges]]\nfrom = "Report.out"\nto = "Clean.in"',
    'CYCLE',
  ],
  ...['0', '-1', '2.5', '"big"'].map((capacity): [string, string, string] => [
    'capacity = 10',
    `capacity = ${capacity}`,
    'CAPACITY_INVALID',
  ]),
  ['capacity = 10', 'meta = 3', 'EXPECTED_TABLE'],
  ['inputs = ["Clean.in"]', 'inputs = ["Clean"]', 'PORT_REF_INVALID'],
  ['inputs = ["Clean.in"]', 'inputs = [3]', 'EXPECTED_STRING'],
  ['inputs = ["Clean.in"]', 'inputs = ["Clean.in", "Clean.in"]', 'NET_PORT_TWICE'],
  ['inputs = ["Clean.in"]', 'inputs = ["Clean.out"]', 'WRONG_DIRECTION'],
  ['inputs = ["Clean.in"]', 'inputs = ["Clear.in"]', 'UNKNOWN_NODE'],
  ['outputs = ["Report.out"]', 'outputs = ["Report.in"]', 'WRONG_DIRECTION'],
  ['outputs = ["Report.out"]', 'outputs = ["Report.output"]', 'UNKNOWN_PORT'],
  ['outputs = ["Report.out"]', 'outputs = ["Report.out", "Report.out"]', 'NET_PORT_TWICE'],
  // Syntax.
  ['on_error = "continue"', 'on_error = continue', 'TOML_VALUE_INVALID'],
  ['on_error = "continue"', 'on_error = "continue', 'TOML_STRING_UNTERMINATED'],
  ['on_error = "continue"', "on_error = 'continue", 'TOML_STRING_UNTERMINATED'],
  ['on_error = "continue"', 'on_error = """continue', 'TOML_STRING_UNTERMINATED'],
  ['on_error = "continue"', 'on_error = "\\c"', 'TOML_ESCAPE_INVALID'],
  ['on_error = "continue"', 'on_error = "\u0007"', 'TOML_CONTROL_CHARACTER'],
  ['on_error = "continue"', 'on_error: "continue"', 'TOML_EQUALS_MISSING'],
  ['on_error = "continue"', 'on_error =', 'TOML_VALUE_MISSING'],
  ['on_error = "continue"', '= "continue"', 'TOML_KEY_MISSING'],
  ['on_error = "continue"', '.on_error = "continue"', 'TOML_KEY_MISSING'],
  ['on_error = "continue"', 'on_error = "continue" "pause"', 'TOML_LINE_NOT_ENDED'],
  ['on_error = "continue"', 'on_error = "continue";', 'TOML_LINE_NOT_ENDED'],
  ['on_error = "continue"', `${'a.'.repeat(40)}a = 1`, 'TOML_KEY_TOO_LONG'],
  ['on_error = "continue"', `on_error = ${'['.repeat(500)}`, 'DEFINITION_TOO_DEEP'],
  ['max_concurrency = 8', 'max_concurrency = 08', 'TOML_NUMBER_INVALID'],
  ['max_concurrency = 8', 'max_concurrency = 8_', 'TOML_NUMBER_INVALID'],
  ['max_concurrency = 8', 'max_concurrency = 0x', 'TOML_NUMBER_INVALID'],
  ['author = "Ada"', 'author = 2026-02-30', 'TOML_DATE_INVALID'],
  ['author = "Ada"', 'author = 12:00:99', 'TOML_DATE_INVALID'],
  ['author = "Ada"', 'author = "Ada"\nauthor = "Ada"', 'TOML_KEY_DUPLICATE'],
  ['author = "Ada"', 'constructor = 1\n__proto__ = 1', 'TOML_KEY_RESERVED'],
  ['in_ports = ["in"]', 'in_ports = ["in"', 'TOML_COMMA_MISSING'],
  ['to = "Report.rest"', 'to = "Report.rest"\nmeta = [', 'TOML_LIST_UNTERMINATED'],
  ['to = "Report.rest"', 'to = "Report.rest"\nmeta = { a = 1,', 'TOML_TABLE_UNTERMINATED'],
  ['in_ports = ["in", "rest"]', 'in_ports = ["in" "rest"]', 'TOML_COMMA_MISSING'],
  ['[nodes.Report]', '[nodes.Report', 'TOML_HEADER_UNTERMINATED'],
  ['[nodes.Report]', '[nodes..Report]', 'TOML_KEY_MISSING'],
  ['[nodes.Report]', '[nodes.Report] in = 1', 'TOML_LINE_NOT_ENDED'],
];

const large = limits.definitionBytes + 1;

/** Whole texts that are no definition. */
const texts: readonly (readonly [name: string, text: string | Uint8Array, code: string])[] = [
  ['ten megabytes of brackets', '['.repeat(10_000_000), 'DEFINITION_TOO_LARGE'],
  ['ten megabytes of bytes', new Uint8Array(10_000_000).fill(91), 'DEFINITION_TOO_LARGE'],
  ['a comment that is too long', `#${'x'.repeat(large)}`, 'DEFINITION_TOO_LARGE'],
  [
    'as many brackets as fit',
    `a = ${'['.repeat(limits.definitionBytes - 10)}`,
    'DEFINITION_TOO_DEEP',
  ],
  ['as many braces as fit', `a = ${'{a='.repeat(1_000_000)}`, 'DEFINITION_TOO_DEEP'],
  ['a key of a million parts', `${'a.'.repeat(1_000_000)}a = 1`, 'TOML_KEY_TOO_LONG'],
  ['a header of a million parts', `[${'a.'.repeat(1_000_000)}a]`, 'TOML_KEY_TOO_LONG'],
  ['a number of four million digits', `a = ${'9'.repeat(4_000_000)}`, 'TOML_NUMBER_INVALID'],
  ['a program', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]), 'DEFINITION_BINARY'],
  ['NUL characters', 'a = "\0"', 'DEFINITION_BINARY'],
  [
    'bytes that are no UTF-8',
    new Uint8Array([0x61, 0x20, 0x3d, 0x20, 0xff, 0xfe]),
    'DEFINITION_NOT_UTF8',
  ],
  ['half a surrogate pair', 'a = 1 # \ud800', 'DEFINITION_NOT_UTF8'],
  ['JSON', '{ "net": {} }', 'TOML_KEY_MISSING'],
  ['YAML', 'net:\n  on_error: pause\n', 'TOML_EQUALS_MISSING'],
  ['HTML', '<!doctype html>', 'TOML_KEY_MISSING'],
  ['prose', 'This is not a definition.', 'TOML_EQUALS_MISSING'],
  ['a million mistakes', 'x=\n'.repeat(1_000_000), 'MORE_PROBLEMS'],
  ['a million duplicates', 'x=1\n'.repeat(1_000_000), 'MORE_PROBLEMS'],
  [
    'a thousand unknown keys',
    Array.from({ length: 1000 }, (_, n) => `key${n} = 1`).join('\n'),
    'MORE_PROBLEMS',
  ],
  ['another file', '[package]\nname = "x"', 'UNKNOWN_KEY'],
  [
    'more ports than fit',
    `[nodes.A]\nin_ports = [${'"x",'.repeat(limits.ports + 1)}]`,
    'GRAPH_TOO_LARGE',
  ],
  ['net as a number', 'net = 1', 'EXPECTED_TABLE'],
  ['nodes as a number', 'nodes = 1', 'EXPECTED_TABLE'],
  ['nodes as a list', '[[nodes]]\nname = "A"', 'EXPECTED_TABLE'],
  ['a node as a number', 'nodes.A = 1', 'EXPECTED_TABLE'],
  ['edges as a table', '[edges]\nfrom = "A.x"', 'EXPECTED_LIST'],
  ['an edge as a string', 'edges = ["A.out -> B.in"]', 'EXPECTED_TABLE'],
  ['conditions as a list', '[nodes.A]\nin_salvo_conditions = []', 'EXPECTED_TABLE'],
  [
    'a condition as a string',
    '[nodes.A]\nin_salvo_conditions = { a = "nonempty(x)" }',
    'EXPECTED_TABLE',
  ],
  ['options as a string', '[nodes.A]\noptions = "fast"', 'EXPECTED_TABLE'],
  [
    'a cycle of one',
    '[net]\nmode = "dag"\n[nodes.A]\nin_ports = ["x"]\nout_ports = ["y"]\n[[edges]]\nfrom = "A.y"\nto = "A.x"',
    'CYCLE',
  ],
  [
    'a fanout that may not be',
    '[nodes.A]\nout_ports = { y = { fanout = "error" } }\n[nodes.B]\nin_ports = ["x", "z"]\n[[edges]]\nfrom = "A.y"\nto = "B.x"\n[[edges]]\nfrom = "A.y"\nto = "B.z"',
    'FANOUT_SEVERAL_EDGES',
  ],
  [
    'a fanout to an edge and outside',
    '[net]\noutputs = ["A.y"]\n[nodes.A]\nout_ports = { y = { fanout = "error" } }\n[nodes.B]\nin_ports = ["x"]\n[[edges]]\nfrom = "A.y"\nto = "B.x"',
    'FANOUT_SEVERAL_EDGES',
  ],
];

/** Mistakes that only code can make: what TypeScript would not let pass is cast. */
const inputs: readonly (readonly [name: string, input: unknown, code: string])[] = [
  ['nothing', undefined, 'EXPECTED_TABLE'],
  ['a string', 'graph', 'EXPECTED_TABLE'],
  ['nodes as a table', { nodes: {} }, 'EXPECTED_LIST'],
  ['a node that is null', { nodes: [null] }, 'EXPECTED_TABLE'],
  ['a node without a name', { nodes: [{}] }, 'KEY_MISSING'],
  ['a name that is a number', { nodes: [{ name: 1 }] }, 'EXPECTED_STRING'],
  ['two nodes of one name', { nodes: [{ name: 'A' }, { name: 'A' }] }, 'NODE_DUPLICATE'],
  ['TOML spelling', { nodes: [{ name: 'A', in_ports: ['x'] }] }, 'UNKNOWN_KEY'],
  [
    'an option in TOML spelling',
    { nodes: [{ name: 'A', options: { retry_wait: 1 } }] },
    'UNKNOWN_OPTION',
  ],
  [
    'two conditions of one name',
    {
      nodes: [
        {
          name: 'A',
          inPorts: ['x'],
          inConditions: [
            { name: 'c', when: 'nonempty(x)' },
            { name: 'c', when: 'count(x) > 1' },
          ],
        },
      ],
    },
    'CONDITION_DUPLICATE',
  ],
  [
    'a condition without a name',
    { nodes: [{ name: 'A', inConditions: [{ when: 'nonempty(x)' }] }] },
    'KEY_MISSING',
  ],
  [
    'a condition that is a string',
    { nodes: [{ name: 'A', inConditions: ['nonempty(x)'] }] },
    'EXPECTED_TABLE',
  ],
  ['a reserved name', { nodes: [{ name: '__proto__' }] }, 'NAME_RESERVED'],
  [
    'slots that are not a number',
    { nodes: [{ name: 'A', inPorts: [{ name: 'x', slots: Number.NaN }] }] },
    'SLOTS_INVALID',
  ],
  [
    'slots below one',
    { nodes: [{ name: 'A', inPorts: [{ name: 'x', slots: -Infinity }] }] },
    'SLOTS_INVALID',
  ],
  [
    'a choice among pools that is no function',
    { nodes: [], net: { poolSelection: 'io' } },
    'EXPECTED_FUNCTION',
  ],
  ['too many nodes', { nodes: { length: limits.nodes + 1 } }, 'EXPECTED_LIST'],
  ['more nodes than fit', { nodes: Array.from({ length: limits.nodes + 1 }) }, 'GRAPH_TOO_LARGE'],
  ['an edge that is a string', { nodes: [], edges: ['A.x -> B.y'] }, 'EXPECTED_TABLE'],
  ['a date as a table', { nodes: [], net: new Date(0) }, 'EXPECTED_TABLE'],
];

/** Definitions that are in order, but not yet run. */
const unsupported: readonly GraphInput[] = [
  { nodes: [{ name: 'A', factory: './f.ts#f' }] },
  { nodes: [{ name: 'A', net: './sub.toml' }] },
  { nodes: [{ name: 'A', options: { pool: 'io' } }], net: { threadPools: { io: { size: 1 } } } },
  { nodes: [], net: { processPools: { io: { size: 1 } } } },
  { nodes: [], net: { threadPools: { io: { size: 1 } }, defaults: { pool: 'io' } } },
  { nodes: [], net: { poolSelection: () => 'io' } },
];

function thrownDiagnostics(act: () => unknown): readonly Diagnostic[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof GraphValidationError) return error.diagnostics;
    throw error;
  }
}

const greet = defineNode({ config: { name: z.string() }, exec: () => ({}) });

const subNet = (file: string): string => `[nodes.Sub]\nnet = "${file}"\n`;

/** Files, by name, of nets within nets. */
const files: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  code: string,
])[] = [
  ['that includes itself', { 'a.toml': subNet('./a.toml') }, 'NET_FILE_CYCLE'],
  [
    'that another includes back',
    { 'a.toml': subNet('b.toml'), 'b.toml': subNet('./a.toml') },
    'NET_FILE_CYCLE',
  ],
  [
    'whose parts go round',
    { 'a.toml': subNet('b.toml'), 'b.toml': subNet('c.toml'), 'c.toml': subNet('b.toml') },
    'NET_FILE_CYCLE',
  ],
  ['that is not there', { 'a.toml': subNet('gone.toml') }, 'NET_FILE_UNREADABLE'],
  [
    'with a mistake of its own',
    { 'a.toml': subNet('b.toml'), 'b.toml': '[nodes.A]\nslots = 1' },
    'UNKNOWN_KEY',
  ],
  [
    'nested without end',
    Object.fromEntries(
      Array.from({ length: 150 }, (_, n) => [
        n === 0 ? 'a.toml' : `${n}.toml`,
        subNet(`${n + 1}.toml`),
      ]),
    ),
    'DEFINITION_TOO_DEEP',
  ],
];

function fileDiagnostics(contents: Readonly<Record<string, string>>): readonly Diagnostic[] {
  const readFile = (path: string): string => {
    const text = contents[path.split(/[\\/]/).at(-1) ?? ''];
    if (text === undefined) throw new Error('no such file');
    return text;
  };
  return parseDefinition(contents['a.toml'] ?? '', { file: '/nets/a.toml', readFile }).diagnostics;
}

/** `good` with one line in place of another. */
export function mutated(line: string, instead: string): string {
  const at = `\n${good}`.indexOf(`\n${line}\n`);
  if (at < 0) throw new Error(`There is no line ${line}`);
  return good.slice(0, at) + instead + good.slice(at + line.length);
}

export const malformed: readonly Malformed[] = [
  ...mutations.map(([line, instead, code]): Malformed => ({
    name: (instead === '' ? `nothing for ${line}` : instead).slice(0, 60),
    code,
    diagnostics: () => parseDefinition(mutated(line, instead), { file: 'net.toml' }).diagnostics,
    text: true,
  })),
  ...texts.map(([name, text, code]): Malformed => ({
    name,
    code,
    diagnostics: () => parseDefinition(text, { file: 'net.toml' }).diagnostics,
    text: true,
  })),
  ...files.map(([name, contents, code]): Malformed => ({
    name: `a net ${name}`,
    code,
    diagnostics: () => fileDiagnostics(contents),
    text: true,
  })),
  ...inputs.map(([name, input, code]): Malformed => ({
    name,
    code,
    diagnostics: () => new Graph(input as GraphInput).validate(),
    text: false,
  })),
  ...unsupported.map((input, index): Malformed => ({
    name: `feature ${index} of a later version`,
    code: 'UNSUPPORTED',
    diagnostics: () => thrownDiagnostics(() => new Graph(input).toSpec()),
    text: false,
  })),
  {
    name: 'a configuration that does not fit its node type',
    code: 'CONFIG_INVALID',
    diagnostics: () =>
      thrownDiagnostics(() =>
        flow()
          .node('A', greet, { config: { name: 1 as unknown as string } })
          .build(),
      ),
    text: false,
  },
];
