/**
 * Every mutant of the guards of the five machines: each guard negated, always true and always false,
 * each boundary in a guard moved by one.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync, visitorKeys } from 'oxc-parser';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} Mutant
 * @property {string} id the same as long as the guard stands: `node-parts.ts isSaturated: negated`
 * @property {string} file from the project's root
 * @property {number} line
 * @property {number} start what `text` takes the place of
 * @property {number} end
 * @property {string} text
 * @property {[start: number, end: number]} within of the guard, or of the comparison with both its sides
 */

/** @typedef {{ type: string, start: number, end: number, [field: string]: unknown }} SyntaxNode */

/**
 * Where guards are decided: in `guards` an object of guards (a property of that name, or what a function
 * returns), in `deciding` functions that guards ask.
 *
 * @type {{ file: string, guards: string[], deciding: string[] }[]}
 */
const places = [
  { file: 'src/machines/net-parts.ts', guards: ['netGuards'], deciding: [] },
  {
    file: 'src/machines/node-parts.ts',
    guards: ['nodeGuards'],
    deciding: ['epochLimit', 'conditionHolds', 'termGuards', 'startAfter'],
  },
  { file: 'src/machines/input-port.machine.ts', guards: ['guards'], deciding: ['isListed'] },
  { file: 'src/machines/output-port.machine.ts', guards: ['guards'], deciding: [] },
  { file: 'src/machines/epoch-parts.ts', guards: ['epochGuards'], deciding: [] },
  {
    file: 'src/machines/epoch-operations.ts',
    guards: [],
    deciding: ['holdsPacket', 'bucketIsFull', 'outTermHolds', 'maxSalvosReached', 'deadEnd'],
  },
  {
    file: 'src/machines/salvo.ts',
    guards: [],
    deciding: ['compare', 'countOf', 'termHolds', 'isFull', 'takenFrom'],
  },
];

/** @type {Readonly<Record<string, string>>} */
const exchanged = {
  '>=': '>',
  '>': '>=',
  '<=': '<',
  '<': '<=',
};

/**
 * @param {SyntaxNode} node
 * @param {(node: SyntaxNode) => void} visit
 */
function walk(node, visit) {
  visit(node);
  for (const key of visitorKeys[node.type] ?? []) {
    const inner = node[key];
    for (const child of /** @type {unknown[]} */ (Array.isArray(inner) ? inner : [inner])) {
      if (child !== null && typeof child === 'object') walk(asNode(child), visit);
    }
  }
}

/** @param {unknown} node */
const asNode = (node) => /** @type {SyntaxNode} */ (node);

/**
 * @param {SyntaxNode} node
 * @returns {string | undefined}
 */
function nameOf(node) {
  const named = asNode(node['id'] ?? node['key'] ?? {});
  return /** @type {string | undefined} */ (named['name'] ?? named['value']);
}

/**
 * The object of guards that a property holds or a function returns.
 *
 * @param {SyntaxNode} node
 */
function guardsIn(node) {
  if (node.type === 'Property') return asNode(node['value']);
  /** @type {SyntaxNode | undefined} */
  let found;
  for (const statement of /** @type {SyntaxNode[]} */ (asNode(node['body'])['body'])) {
    if (statement.type === 'ReturnStatement') found = asNode(statement['argument']);
  }
  return found;
}

/**
 * @param {(typeof places)[number]} place
 * @returns {Mutant[]}
 */
function mutantsIn({ file, guards, deciding }) {
  const text = readFileSync(`${root}${file}`, 'utf8');
  const name = file.replace('src/machines/', '');
  const { program } = parseSync(file, text);
  /** @type {Mutant[]} */
  const mutants = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** @type {(what: string, how: string, node: { start: number, end: number }, replacement: string, within?: { start: number, end: number }) => void} */
  const add = (what, how, { start, end }, replacement, within = { start, end }) => {
    const base = `${name} ${what}: ${how}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const id = count === 1 ? base : `${base} (${count})`;
    const line = text.slice(0, start).split('\n').length;
    mutants.push({
      id,
      file,
      line,
      start,
      end,
      text: replacement,
      within: [within.start, within.end],
    });
  };
  /** @type {(what: string, node: SyntaxNode) => void} */
  const addShifts = (what, node) =>
    walk(node, (inner) => {
      if (inner.type !== 'BinaryExpression') return;
      const [left, right] = [asNode(inner['left']), asNode(inner['right'])];
      const operator = String(inner['operator']);
      const other = exchanged[operator];
      if (other === undefined) return;
      const at = text.indexOf(operator, left.end);
      if (at < 0 || at > right.start) return;
      add(what, `${operator} as ${other}`, { start: at, end: at + operator.length }, other, inner);
    });
  walk(asNode(program), (node) => {
    const own = nameOf(node) ?? '';
    const isFunction = node.type === 'FunctionDeclaration';
    if (isFunction && deciding.includes(own)) addShifts(own, node);
    if (!guards.includes(own) || (!isFunction && node.type !== 'Property')) return;
    const object = guardsIn(node);
    if (object?.type !== 'ObjectExpression') return;
    for (const property of /** @type {SyntaxNode[]} */ (object['properties'])) {
      const guard = nameOf(property) ?? '';
      const value = asNode(property['value']);
      const whole = text.slice(value.start, value.end);
      add(guard, 'negated', value, `(...asked) => !(${whole})(...asked)`);
      add(guard, 'always true', value, '() => true');
      add(guard, 'always false', value, '() => false');
    }
    addShifts(own, node);
  });
  return mutants;
}

/** @type {readonly Mutant[] | undefined} */
let found;

/** @returns {readonly Mutant[]} */
export function allMutants() {
  found ??= places.flatMap(mutantsIn);
  return found;
}

/** The global that says which mutant is alive where all of them are in the code at once. */
export const alive = 'netrunMutant';

/** The global that is called whenever a guard is asked. */
export const asking = 'netrunAsking';

/**
 * A file with all of its mutants in it: each guard and comparison does what the mutant does whose id
 * is in the global `alive`.
 *
 * @param {string} file
 * @param {string} text
 */
export function withAllMutants(file, text) {
  const groups = new Map(
    allMutants()
      .filter((mutant) => mutant.file === file)
      .map((mutant) => [mutant.within.join('-'), mutant.within]),
  );
  const ofGroup = (/** @type {[number, number]} */ [start, end]) =>
    allMutants().filter(
      ({ file: own, within }) => own === file && within[0] === start && within[1] === end,
    );
  /** @type {(start: number, end: number, outer: boolean) => string} */
  const render = (start, end, outer) => {
    let written = '';
    let at = start;
    const inner = [...groups.values()]
      .filter(([from, to]) => from >= start && to <= end && (outer || to - from < end - start))
      .sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    for (const group of inner) {
      if (group[0] < at) continue;
      written += text.slice(at, group[0]) + switched(group);
      at = group[1];
    }
    return written + text.slice(at, end);
  };
  /** @type {(group: [number, number]) => string} */
  const switched = (group) => {
    const mutants = ofGroup(group);
    const [first] = mutants;
    const isGuard = first?.start === group[0] && first.end === group[1];
    const own = isGuard ? `(${render(...group, false)})(...asked)` : render(...group, false);
    const cases = mutants.map(({ id, start, end, text: other }) => {
      const value = isGuard
        ? `(${other})(...asked)`
        : render(group[0], start, false) + other + render(end, group[1], false);
      return `globalThis.${alive} === ${JSON.stringify(id)} ? ${value} : `;
    });
    const counted = isGuard ? `(...asked) => (globalThis.${asking}(), ` : '(';
    return `${counted}${cases.join('')}${own})`;
  };
  return render(0, text.length, true);
}
