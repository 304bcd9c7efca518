/** `netrun assert`: holds rules against a recorded run, and says which of them it breaks. */
import { Graph } from '../../dsl/graph.ts';
import { counted, grouped } from '../../runtime/counted-noun.ts';
import {
  type RulesVerdict,
  checkRules,
  violationLineage,
} from '../../testing/rules/check-history.ts';
import type { RuleViolation } from '../../testing/rules/rule.ts';
import { paint, printable } from '../display-text.ts';
import type { Problem } from '../problem.ts';
import { openRun, runTitle } from '../recorded-run.ts';
import { reportProblems, writeJson } from '../report.ts';
import { readRulesFile } from '../rules-file.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface AssertOptions {
  readonly json?: boolean;
}

/** Violations whose packets are traced back. */
const mostTraced = 5;

function uncheckedProblems({ unchecked }: RulesVerdict, file: string): readonly Problem[] {
  return [...unchecked].map(([rule, count]) => ({
    code: 'RULE_UNCHECKED',
    message: `rule ${rule} could not be judged ${count === 1 ? 'once' : `${grouped(count)} times`}: the history does not have the values`,
    hint: 'Record values with history_values = "inline"; lazy values are in no history.',
    file,
  }));
}

function violationLines(
  terminal: Terminal,
  { rule, message, seq }: RuleViolation,
  lineage: string | null,
): readonly string[] {
  const named = paint(terminal.stdout, 'red', printable(rule));
  const traced = lineage === null ? [] : ['  where the packet comes from:', ...indented(lineage)];
  return [`${named}  record ${seq}: ${printable(message)}`, ...traced];
}

function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `    ${printable(line)}`);
}

/** Checks a run. 1: a rule cannot be judged; 2: one is broken. Throws CommandFailure, and as `openHistory`. */
export async function assertRules(
  path: string,
  rulesFile: string,
  options: AssertOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const history = openRun(path, terminal);
  const { definition } = history.header;
  const graph = definition === undefined ? undefined : Graph.fromToml(definition);
  const rules = readRulesFile(rulesFile, graph);
  const verdict = checkRules(history, rules);
  const { violations, count, seq } = verdict;
  const traced = violations.map((violation, at) => ({
    ...violation,
    lineage: at < mostTraced ? violationLineage(history, violation) : null,
  }));
  const problems = uncheckedProblems(verdict, history.path);
  reportProblems(terminal, problems);
  const exitCode = count > 0 ? 2 : problems.length > 0 ? 1 : 0;
  if (options.json === true) {
    const { run } = history.header;
    const told = { ok: verdict.ok, file: history.path, run, rules: rules.map(({ name }) => name) };
    writeJson(terminal, { ...told, seq, count, violations: traced, problems });
    return exitCode;
  }
  const lines = [runTitle(history)];
  for (const { lineage, ...violation } of traced)
    lines.push(...violationLines(terminal, violation, lineage));
  if (count > violations.length) lines.push(`… and ${grouped(count - violations.length)} more`);
  const judged = `${counted(rules.length, 'rule')} held against ${counted(seq, 'record')}`;
  if (count === 0 && problems.length === 0)
    lines.push(`${paint(terminal.stdout, 'green', 'every rule holds')}: ${judged}`);
  else lines.push(`${judged}: ${counted(count, 'violation')}`);
  terminal.stdout.write(`${lines.join('\n')}\n`);
  return exitCode;
}
