/** A file of rules, read and judged. */
import type { Graph } from '../dsl/graph.ts';
import { readRules } from '../testing/rules/read-rules.ts';
import type { Rule } from '../testing/rules/rule.ts';
import { readBytes } from './files.ts';
import { CommandFailure, diagnosticProblem } from './problem.ts';

/** The rules of a file about the flow, where that is known. Throws CommandFailure with every problem. */
export function readRulesFile(file: string, graph?: Graph): readonly Rule[] {
  const { rules, diagnostics } = readRules(readBytes(file), {
    file,
    ...(graph === undefined ? {} : { graph }),
  });
  if (diagnostics.length > 0)
    throw new CommandFailure(diagnostics.map((diagnostic) => diagnosticProblem(diagnostic, file)));
  return rules;
}
