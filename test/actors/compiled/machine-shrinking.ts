/** What a case shrinks to: one part fewer, or a plainer form of one; mended so that it is a legal machine again. */
import {
  type CaseSpec,
  type Family,
  type StateSpec,
  type TransitionSpec,
  canMeet,
  defaultOf,
  familyOf,
  isHistory,
} from './machine-spec.ts';

/** Forms that have a plainer one. */
const plainer: Readonly<Record<string, string>> = {
  dynamic: 'static',
  computed: 'short',
  function: 'object',
  lazy: 'static',
  plain: 'same',
  deep: 'shallow',
  shallow: 'atomic',
  final: 'atomic',
  guarded: 'open',
};
/** Fields that may be left out, or be nothing. */
const nullable = new Set(['guard', 'check', 'output', 'label', 'child', 'route', 'most']);
const optional = new Set(['delay', 'id']);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* smallerLists(list: readonly unknown[]): Generator {
  if (list.length >= 4) {
    const half = list.length >> 1;
    yield list.slice(half);
    yield list.slice(0, half);
  }
  for (const at of list.keys()) yield list.toSpliced(at, 1);
  for (const [at, item] of list.entries()) {
    for (const smaller of smallerValues(item)) yield list.with(at, smaller);
  }
}

function* smallerFields(value: Record<string, unknown>): Generator {
  for (const [key, field] of Object.entries(value)) {
    if (nullable.has(key) && field !== null && value['kind'] !== 'note')
      yield { ...value, [key]: null };
    if (optional.has(key) && !('src' in value) && field !== undefined) {
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
    }
    if (field === true) yield { ...value, [key]: false };
    if (typeof field === 'string' && key !== 'label' && plainer[field] !== undefined) {
      yield { ...value, [key]: plainer[field] };
    }
  }
  const { kind, part, parts } = value;
  if (kind === 'not') yield part;
  if ((kind === 'and' || kind === 'or') && Array.isArray(parts)) yield* parts;
  for (const [key, field] of Object.entries(value)) {
    if (key === 'parts') continue;
    for (const smaller of smallerValues(field)) yield { ...value, [key]: smaller };
  }
}

function* smallerValues(value: unknown): Generator {
  if (Array.isArray(value)) yield* smallerLists(value as unknown[]);
  else if (isObject(value)) yield* smallerFields(value);
}

/** Each a whole, legal case, the boldest first; an item of a burst that is gone is no step. */
export function* smallerCases(spec: CaseSpec): IterableIterator<CaseSpec> {
  for (const steps of smallerValues(spec.steps))
    yield { ...spec, steps: steps as CaseSpec['steps'] };
  if (spec.child !== null) yield { ...spec, child: null };
  for (const root of withoutStates(spec.root)) yield mended({ ...spec, root });
  for (const flag of ['hosted', 'inspected', 'observed', 'provided'] as const) {
    if (spec[flag]) yield { ...spec, [flag]: false };
  }
  for (const root of smallerValues(spec.root)) yield mended({ ...spec, root: root as StateSpec });
  for (const child of smallerValues(spec.child))
    yield mended({ ...spec, child: child as StateSpec });
  if (spec.context === 'lazy') yield { ...spec, context: 'static' };
  if (spec.childEngine === 'plain') yield { ...spec, childEngine: 'same' };
}

/** Without one state and all in it; or with one state replaced by its children. */
function* withoutStates(state: StateSpec): Generator<StateSpec> {
  for (const [at, child] of state.children.entries()) {
    yield { ...state, children: state.children.toSpliced(at, 1) };
    if (child.children.length > 0) {
      yield { ...state, children: state.children.toSpliced(at, 1, ...child.children) };
    }
  }
  for (const [at, child] of state.children.entries()) {
    for (const smaller of withoutStates(child)) {
      yield { ...state, children: state.children.with(at, smaller) };
    }
  }
}

function mended(spec: CaseSpec): CaseSpec {
  return {
    ...spec,
    root: mendedMachine(spec.root),
    child: spec.child === null ? null : mendedMachine(spec.child),
  };
}

function mendedMachine(root: StateSpec): StateSpec {
  const shaped = mendedShape(root);
  const family = familyOf(shaped);
  return mendedReferences(shaped, family);
}

function mendedShape(state: StateSpec): StateSpec {
  const real = state.children.filter((child) => !isHistory(child));
  if (real.length === 0) {
    const kind = state.kind === 'compound' || state.kind === 'parallel' ? 'atomic' : state.kind;
    return {
      ...state,
      kind,
      children: [],
      initial: isHistory(state) ? state.initial : null,
      onDone: [],
      initialActions: [],
    };
  }
  const children = state.children.map((child, at): StateSpec => {
    if (!isHistory(child)) return mendedShape(child);
    const possible = [...real, ...state.children.slice(0, at)];
    const known = state.kind === 'compound' && possible.some(({ key }) => key === child.initial);
    return { ...child, initial: known ? child.initial : null };
  });
  if (state.kind !== 'compound') return { ...state, children };
  const initial = children.find(({ key }) => key === state.initial);
  const leads = initial !== undefined && defaultOf(children, initial) !== null;
  return { ...state, children, initial: leads ? state.initial : (real[0]?.key ?? null) };
}

/** Takes away what names states that are gone, everywhere in the machine. */
function mendedReferences<T>(value: T, family: Family): T;
function mendedReferences(value: unknown, family: Family): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !leadsNowhere(item, family))
      .map((item: unknown) => mendedReferences(item, family));
  }
  if (!isObject(value)) return value;
  if (value['kind'] === 'in' && !family.states.has(String(value['state']))) return { kind: 'even' };
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) copy[key] = mendedReferences(field, family);
  if (Array.isArray(value['targets']))
    copy['targets'] = meeting(value['targets'] as string[], family);
  return copy;
}

function leadsNowhere(item: unknown, family: Family): boolean {
  if (!isObject(item)) return false;
  const targets = (item as Partial<TransitionSpec>).targets;
  if (Array.isArray(targets))
    return targets.length > 0 && !targets.some((key) => family.states.has(key));
  const { transitions } = item;
  if (!Array.isArray(transitions) || transitions.length === 0) return false;
  return transitions.every((transition) => leadsNowhere(transition, family));
}

function meeting(targets: readonly string[], family: Family): string[] {
  const kept: string[] = [];
  for (const key of targets) {
    if (family.states.has(key) && kept.every((other) => canMeet(family, other, key)))
      kept.push(key);
  }
  return kept;
}
