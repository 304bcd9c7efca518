/**
 * Any XState machine as a Mermaid state diagram.
 *
 * D1 equal machines give equal text. D2 ids are made up, names are labels, so that a name can be anything.
 * D3 a transition is written where both its ends are at home, or at the end, outside of all states:
 * Mermaid takes a state to be where it is mentioned last.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { mermaidText } from './mermaid-text.ts';
import { actionText, servesDelay, transitionText } from './transition-text.ts';

export interface StatechartOptions {
  /** Whether transitions and states name their actions. Default: true. */
  readonly actions?: boolean;
  /** A mark before a state or a transition, such as `✓`; empty = none. Default: none. */
  readonly mark?: (part: AnyStateNode | AnyTransitionDefinition) => string;
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** The state that both ends are children of; undefined = none, or one whose children are regions. */
  readonly home: AnyStateNode | undefined;
}

function childrenOf(state: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(state.states);
}

function transitionsOf(state: AnyStateNode): readonly (readonly AnyTransitionDefinition[])[] {
  const always: readonly AnyTransitionDefinition[] = state.always ?? [];
  return [
    ...(always.length === 0 ? [] : [always]),
    ...(state.transitions.values() as Iterable<AnyTransitionDefinition[]>),
  ];
}

function isWithin(state: AnyStateNode, ancestor: AnyStateNode): boolean {
  for (let at: AnyStateNode | undefined = state; at !== undefined; at = at.parent)
    if (at === ancestor) return true;
  return false;
}

function labelOf(state: AnyStateNode): string {
  const name = state.parent === undefined ? state.machine.id : state.key;
  if (state.type !== 'history') return name;
  return `${name} (H${state.history === 'deep' ? '*' : ''})`;
}

/** Where a history state leads when there is no history; undefined = its parent's initial state. */
function historyDefault(state: AnyStateNode): AnyStateNode | undefined {
  const target: unknown = state.config.target;
  if (state.type !== 'history' || typeof target !== 'string') return undefined;
  if (target.startsWith('#')) return state.machine.getStateNodeById(target);
  return target
    .split('.')
    .filter((part) => part !== '')
    .reduce<AnyStateNode | undefined>((at, key) => at?.states[key], state.parent);
}

class Diagram {
  readonly #machine: AnyStateMachine;
  readonly #withActions: boolean;
  readonly #mark: NonNullable<StatechartOptions['mark']>;
  readonly #ids = new Map<AnyStateNode, string>();
  /** Lines within a state's box. */
  readonly #notes = new Map<AnyStateNode, string[]>();
  /** States that have a box within them for what concerns all of their states. */
  readonly #whole = new Set<AnyStateNode>();
  readonly #arrows: Arrow[] = [];

  constructor(machine: AnyStateMachine, options: StatechartOptions) {
    this.#machine = machine;
    this.#withActions = options.actions ?? true;
    this.#mark = options.mark ?? (() => '');
    this.#enlist(machine.root);
    for (const state of this.#ids.keys()) this.#read(state);
  }

  text(): string {
    const lines = ['stateDiagram-v2', ...this.#declare(this.#machine.root, '  ')];
    for (const arrow of this.#arrows)
      if (arrow.home === undefined) lines.push(this.#arrowLine(arrow, '  '));
    return `${lines.join('\n')}\n`;
  }

  #enlist(state: AnyStateNode): void {
    this.#ids.set(state, `s${this.#ids.size}`);
    for (const child of childrenOf(state)) this.#enlist(child);
  }

  #id(state: AnyStateNode): string {
    const id = this.#ids.get(state);
    if (id === undefined) throw new Error(`${state.id} is no state of ${this.#machine.id}`);
    return id;
  }

  #wholeId(state: AnyStateNode): string {
    return `${this.#id(state)}whole`;
  }

  #note(state: AnyStateNode, line: string): void {
    const notes = this.#notes.get(state);
    if (notes === undefined) this.#notes.set(state, [line]);
    else notes.push(line);
    if (childrenOf(state).length > 0) this.#whole.add(state);
  }

  #read(state: AnyStateNode): void {
    if (this.#withActions) this.#readActions(state);
    for (const alternatives of transitionsOf(state)) {
      const guarded = alternatives.findIndex(({ guard }) => guard !== undefined);
      for (const [index, transition] of alternatives.entries()) {
        const otherwise = guarded >= 0 && index > guarded;
        const words = transitionText(transition, otherwise, this.#withActions);
        const text = `${this.#marked(transition)}${words}`;
        if (transition.target === undefined) this.#note(state, text);
        for (const target of transition.target ?? []) this.#arrow(state, target, text);
      }
    }
    const past = historyDefault(state);
    if (past !== undefined) this.#arrow(state, past, 'without history');
  }

  #marked(part: AnyStateNode | AnyTransitionDefinition): string {
    const mark = this.#mark(part);
    return mark === '' ? '' : `${mark} `;
  }

  #readActions(state: AnyStateNode): void {
    const add = (word: string, names: readonly string[]): void => {
      if (names.length > 0) this.#note(state, `${word} / ${names.join(', ')}`);
    };
    add('entry', state.entry.filter((action) => !servesDelay(state, action)).map(actionText));
    add('exit', state.exit.filter((action) => !servesDelay(state, action)).map(actionText));
    add(
      'invoke',
      state.invoke.map(({ src, id }) => (typeof src === 'string' ? src : id)),
    );
  }

  /**
   * A transition into a state's own states starts at the box for the whole of it; one to a state around it
   * is a line in its box, for Mermaid draws no arrow from within a state to the state.
   */
  #arrow(state: AnyStateNode, target: AnyStateNode, text: string): void {
    if (childrenOf(target).length > 0 && isWithin(state, target)) {
      this.#note(state, `${text} → ${labelOf(target)}`);
      return;
    }
    if (childrenOf(state).length > 0 && isWithin(target, state)) {
      this.#whole.add(state);
      const home = state.type === 'compound' && target.parent === state ? state : undefined;
      this.#arrows.push({ from: this.#wholeId(state), to: this.#id(target), text, home });
      return;
    }
    const parent = state.parent;
    const home = parent?.type === 'compound' && target.parent === parent ? parent : undefined;
    this.#arrows.push({ from: this.#id(state), to: this.#id(target), text, home });
  }

  #arrowLine({ from, to, text }: Arrow, indent: string): string {
    return `${indent}${from} --> ${to} : ${mermaidText(text)}`;
  }

  #declare(state: AnyStateNode, indent: string): readonly string[] {
    const id = this.#id(state);
    const label = `${this.#marked(state)}${labelOf(state)}`;
    const opening = `${indent}state "${mermaidText(label)}" as ${id}`;
    if (childrenOf(state).length === 0) {
      return [
        opening,
        ...this.#noteLines(state, id, indent),
        ...(state.type === 'final' ? [`${indent}${id} --> [*]`] : []),
      ];
    }
    const within = `${indent}  `;
    const inner =
      state.type === 'parallel' ? this.#regions(state, within) : this.#states(state, within);
    return [`${opening} {`, ...inner, `${indent}}`];
  }

  #noteLines(state: AnyStateNode, id: string, indent: string): readonly string[] {
    return (this.#notes.get(state) ?? []).map((note) => `${indent}${id} : ${mermaidText(note)}`);
  }

  /** The box for what concerns all states within `state`. */
  #wholeLines(state: AnyStateNode, indent: string): readonly string[] {
    if (!this.#whole.has(state)) return [];
    const id = this.#wholeId(state);
    const label = mermaidText(`any state of ${labelOf(state)}`);
    return [`${indent}state "${label}" as ${id}`, ...this.#noteLines(state, id, indent)];
  }

  #regions(state: AnyStateNode, indent: string): readonly string[] {
    const regions = childrenOf(state).map((region) => this.#declare(region, indent));
    const whole = this.#wholeLines(state, indent);
    if (whole.length > 0) regions.push(whole);
    return regions.flatMap((lines, index) => (index === 0 ? lines : [`${indent}--`, ...lines]));
  }

  #states(state: AnyStateNode, indent: string): readonly string[] {
    const children = childrenOf(state);
    const lines: string[] = [];
    const target = state.initial.target?.[0];
    const first = children.find((child) => target !== undefined && isWithin(target, child));
    const actions = this.#withActions ? state.initial.actions.map(actionText).join(', ') : '';
    const label = actions === '' ? '' : ` : ${mermaidText(`/ ${actions}`)}`;
    if (first !== undefined) lines.push(`${indent}[*] --> ${this.#id(first)}${label}`);
    for (const child of children) lines.push(...this.#declare(child, indent));
    lines.push(...this.#wholeLines(state, indent));
    for (const arrow of this.#arrows)
      if (arrow.home === state) lines.push(this.#arrowLine(arrow, indent));
    return lines;
  }
}

/**
 * The machine as a Mermaid `stateDiagram-v2`: nested states, parallel regions, initial and final marks,
 * and every transition as `event [guard] / actions`. A transition that leads nowhere, or to a state around
 * its own, stands in its state's box; what a state with states of its own does in all of them stands in a box within it, called
 * `any state of …`.
 */
export function statechartToMermaid(
  machine: AnyStateMachine,
  options: StatechartOptions = {},
): string {
  return new Diagram(machine, options).text();
}
