/** One node of a definition judged: names, conditions, terms, options. */
import type { Term } from '../machines/spec.ts';
import type { ConditionDefinition, InPortDefinition, NodeDefinition } from './definition.ts';
import type { Path, Problems } from './diagnostic.ts';
import type { Terms } from './graph-index.ts';
import { isImportPath } from './import-path.ts';
import { nameProblem } from './name.ts';
import { nearest } from './nearest-name.ts';
import { slotsOf, takesOf, withIndexes } from './resolve-condition.ts';
import type { NetSettings } from './schema.ts';
import { tomlKey } from './schema.ts';
import { takesPossible } from './takes-possible.ts';
import type { SearchBudget } from './takes-possible.ts';
import { caretExcerpt } from './term/parser.ts';

const functionKeys = [
  'execNodeFunc',
  'startNodeFunc',
  'stopNodeFunc',
  'execFailedNodeFunc',
] as const;

function checkName(name: string, path: Path, problems: Problems): void {
  const wrong = nameProblem(name);
  if (wrong !== undefined)
    problems.report(wrong.code, path, wrong.message, wrong.hint, { at: 'key' });
}

function checkNames(
  code: string,
  what: string,
  items: readonly { readonly name: string }[],
  path: Path,
  problems: Problems,
): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    const at = [...path, name];
    checkName(name, at, problems);
    if (seen.has(name)) {
      problems.report(
        code,
        at,
        `There are two ${what} called \`${name}\``,
        'Remove one, or give it another name.',
        { at: 'key' },
      );
    }
    seen.add(name);
  }
}

function portHint(name: string, ports: readonly InPortDefinition[]): string {
  const names = ports.map((port) => port.name);
  const near = nearest(name, names);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  return names.length === 0
    ? 'The node has no ports of this direction.'
    : `Ports of this direction: ${names.slice(0, 12).join(', ')}.`;
}

/** What the nodes of one graph are judged with. */
export interface NodeChecks {
  readonly net: NetSettings;
  readonly terms: Terms;
  readonly problems: Problems;
  readonly budget: SearchBudget;
}

/** One direction of a node: its ports, and those of the other direction to tell mix-ups by. */
interface Side {
  readonly input: boolean;
  readonly ports: readonly InPortDefinition[];
  readonly positions: ReadonlyMap<string, number>;
  readonly others: ReadonlySet<string>;
}

function side(node: NodeDefinition, input: boolean): Side {
  const ports = input ? node.inPorts : node.outPorts;
  const others = input ? node.outPorts : node.inPorts;
  return {
    input,
    ports,
    positions: new Map(ports.map(({ name }, index) => [name, index])),
    others: new Set(others.map(({ name }) => name)),
  };
}

function checkTakes(
  condition: ConditionDefinition,
  of: Side,
  path: Path,
  problems: Problems,
): boolean {
  const seen = new Set<string>();
  let known = true;
  for (const [index, { port }] of condition.ports.entries()) {
    const at = [...path, 'ports', index];
    if (seen.has(port))
      problems.report('CONDITION_PORT_TWICE', at, `\`${port}\` is named twice`, 'Remove one.');
    seen.add(port);
    if (of.positions.has(port)) continue;
    known = false;
    const direction = of.input ? 'input' : 'output';
    const hint = portHint(port, of.ports);
    if (of.others.has(port)) {
      const message = `\`${port}\` is no ${direction} port of this node`;
      problems.report('CONDITION_WRONG_DIRECTION', at, message, hint);
    } else {
      problems.report(
        'CONDITION_UNKNOWN_PORT',
        at,
        `The node has no ${direction} port \`${port.slice(0, 80)}\``,
        hint,
      );
    }
  }
  return known;
}

/** The term, or undefined where it does not parse or names ports that are not there. */
function checkTerm(
  condition: ConditionDefinition,
  of: Side,
  path: Path,
  terms: Terms,
  problems: Problems,
): Term<string> | undefined {
  const at = [...path, 'when'];
  const reading = terms.read(condition.when);
  if (!reading.ok) {
    const { code, message, hint, offset } = reading.problem;
    const text = `The term does not parse: ${message}\n${caretExcerpt(condition.when, offset)}`;
    problems.report(code, at, text, hint, { at: 'value', textOffset: offset });
    return undefined;
  }
  let known = true;
  for (const { name, offset } of reading.ports) {
    if (of.positions.has(name)) continue;
    known = false;
    const wrongWay = of.others.has(name);
    const direction = of.input ? 'input' : 'output';
    const message = wrongWay
      ? `\`${name}\` is no ${direction} port of this node`
      : `The node has no ${direction} port \`${name}\``;
    const code = wrongWay ? 'TERM_WRONG_DIRECTION' : 'TERM_UNKNOWN_PORT';
    problems.report(
      code,
      at,
      `${message}\n${caretExcerpt(condition.when, offset)}`,
      portHint(name, of.ports),
      {
        at: 'value',
        textOffset: offset,
      },
    );
  }
  return known ? reading.term : undefined;
}

function checkConditions(
  node: NodeDefinition,
  input: boolean,
  path: Path,
  { terms, problems, budget }: NodeChecks,
): void {
  const of = side(node, input);
  const conditions = input ? node.inConditions : node.outConditions;
  const direction = input ? 'in' : 'out';
  const within = [...path, `${direction}_salvo_conditions`];
  checkNames('CONDITION_DUPLICATE', 'conditions', conditions, within, problems);
  if (problems.unreadable([...path, `${direction}_ports`])) return;
  for (const condition of conditions) {
    const at = [...within, condition.name];
    const known = checkTakes(condition, of, at, problems);
    const term = checkTerm(condition, of, at, terms, problems);
    if (!input || !known || term === undefined || problems.unreadable(at)) continue;
    const takes = takesOf(condition, of.positions);
    if (takesPossible(withIndexes(term, of.positions), takes, slotsOf(of.ports), budget)) continue;
    const hint = 'Take from a port that has packets when the term holds.';
    problems.report(
      'CONDITION_NEVER_TAKES',
      at,
      `Condition \`${condition.name}\` can never take a packet`,
      hint,
      { at: 'key' },
    );
  }
}

function checkOptions(
  node: NodeDefinition,
  net: NetSettings,
  path: Path,
  problems: Problems,
): void {
  const { options } = node;
  const { defaults = {} } = net;
  const retries = options.retries ?? defaults.retries ?? 0;
  const unread = [
    [...path, 'options'],
    ['net', 'defaults'],
  ].some((at) => problems.unreadable([...at, 'defer_net_actions']));
  if (retries > 0 && !unread && !(options.deferNetActions ?? defaults.deferNetActions ?? false)) {
    const own = options.retries !== undefined || options.deferNetActions !== undefined;
    const key = options.retries === undefined && own ? 'defer_net_actions' : 'retries';
    const at = own ? [...path, 'options', key] : ['net', 'defaults', 'retries'];
    const message =
      'Retries need deferred packet operations: what a failed attempt sent could not be taken back';
    problems.report(
      'RETRIES_WITHOUT_DEFER',
      at,
      message,
      'Set defer_net_actions = true beside it.',
    );
  }
  checkPools(options.pool, net, [...path, 'options', 'pool'], problems);
}

/** Reports pools of an option that the net does not have. */
function checkPools(
  pool: string | readonly string[] | undefined,
  net: NetSettings,
  path: Path,
  problems: Problems,
): void {
  const pools = [...Object.keys(net.threadPools ?? {}), ...Object.keys(net.processPools ?? {})];
  for (const name of typeof pool === 'string' ? [pool] : (pool ?? [])) {
    if (pools.includes(name)) continue;
    const near = nearest(name, pools);
    const hint =
      near === undefined
        ? `Add [net.thread_pools.${name}] with a size.`
        : `Did you mean \`${near}\`?`;
    problems.report('POOL_UNKNOWN', path, `The net has no pool \`${name}\``, hint);
  }
}

function checkSources(node: NodeDefinition, path: Path, problems: Problems): void {
  for (const key of functionKeys) {
    const given = node[key];
    if (given === undefined || isImportPath(given)) continue;
    const hint = 'Write the file and the export: "./nodes.ts#clean".';
    problems.report(
      'IMPORT_PATH_INVALID',
      [...path, tomlKey(key)],
      `${JSON.stringify(given)} is no import path`,
      hint,
    );
  }
  const { factory, net } = node;
  if (
    factory !== undefined &&
    !isImportPath(factory) &&
    !/^builtin:[A-Za-z0-9_-]+$/.test(factory)
  ) {
    const hint = 'Write the file and the export: "./factories.ts#report", or "builtin:name".';
    problems.report(
      'IMPORT_PATH_INVALID',
      [...path, 'factory'],
      `${JSON.stringify(factory)} is no import path`,
      hint,
    );
  }
  if (factory === undefined && node.factoryArgs !== undefined) {
    const message = 'There are arguments, but no factory to take them';
    problems.report(
      'FACTORY_MISSING',
      [...path, 'factory_args'],
      message,
      'Add factory, or remove factory_args.',
      { at: 'key' },
    );
  }
  const own =
    node.inPorts.length + node.outPorts.length > 0 ||
    functionKeys.some((key) => node[key] !== undefined);
  if (net === '')
    problems.report('STRING_EMPTY', [...path, 'net'], '`net` is empty', 'Name the file of a net.');
  else if (net !== undefined && (factory !== undefined || own)) {
    const message = `Node \`${node.name}\` is a net, and something else as well`;
    const hint =
      'A node that is a net has its ports and functions from there: remove net, or the rest.';
    problems.report('NODE_AMBIGUOUS', [...path, 'net'], message, hint, { at: 'key' });
  }
}

/** Judges one node of a definition. */
export function checkNode(node: NodeDefinition, checks: NodeChecks): void {
  const { net, problems } = checks;
  const path = ['nodes', node.name];
  checkName(node.name, path, problems);
  checkNames('PORT_DUPLICATE', 'input ports', node.inPorts, [...path, 'in_ports'], problems);
  checkNames('PORT_DUPLICATE', 'output ports', node.outPorts, [...path, 'out_ports'], problems);
  checkSources(node, path, problems);
  checkOptions(node, net, path, problems);
  const open =
    node.inPorts.length + node.outPorts.length === 0 &&
    (node.factory !== undefined || node.net !== undefined);
  if (open) return;
  checkConditions(node, true, path, checks);
  checkConditions(node, false, path, checks);
}

/** Judges the pools that the defaults of all nodes name. */
export function checkDefaultPools(net: NetSettings, problems: Problems): void {
  checkPools(net.defaults?.pool, net, ['net', 'defaults', 'pool'], problems);
}
