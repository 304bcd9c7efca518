/**
 * What there is in the statecharts of the actors that were seen, and what of it was reached.
 *
 * Machines of one kind are one: a node's conditions are counted by their position, their terms by
 * the position of their condition.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { MicrostepListener } from '../../src/testing/microsteps.ts';

type Kind = 'net' | 'node' | 'input port' | 'output port' | 'epoch';

function kindOf(address: string): Kind {
  if (address.includes('/in:')) return 'input port';
  if (address.includes('/out:')) return 'output port';
  if (address.startsWith('node:')) return 'node';
  return address === 'net' ? 'net' : 'epoch';
}

/** A state's name from the root; a gathering state by the position of its condition. */
function pathText(machine: AnyStateMachine, path: readonly string[]): string {
  const [region, state, name] = path;
  if (region !== 'intake' || state !== 'gathering' || name === undefined) return path.join('.');
  const names = Object.keys(machine.root.states['intake']?.states['gathering']?.states ?? {});
  const conditions = names.filter((each) => each !== 'by-hand');
  return name === 'by-hand' ? path.join('.') : `intake.gathering.#${conditions.indexOf(name)}`;
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const { params } = guard as {
    readonly params: { readonly condition: number; readonly port?: number };
  };
  return `term of #${params.condition}${params.port === undefined ? '' : ', arrived'}`;
}

function transitionText(machine: AnyStateMachine, transition: AnyTransitionDefinition): string {
  const { source, guard, target } = transition;
  const eventType = String(transition.eventType);
  const from = pathText(machine, source.path);
  const event = eventType === '' ? 'always' : eventType;
  const condition = guard === undefined ? '' : ` [${guardName(guard)}]`;
  const to = (target ?? []).map((state) => pathText(machine, state.path)).join(', ');
  return `${from === '' ? '(any)' : from} : ${event}${condition}${to === '' ? '' : ` -> ${to}`}`;
}

export class StatechartBook implements MicrostepListener {
  /** Every state and transition there is, by kind; true = reached. */
  readonly #items = new Map<string, boolean>();
  readonly #machines = new Set<AnyStateMachine>();
  readonly #byAddress = new Map<string, AnyStateMachine>();

  onMachine(address: string, machine: AnyStateMachine): void {
    this.#byAddress.set(address, machine);
    if (this.#machines.has(machine)) return;
    this.#machines.add(machine);
    this.#enlist(kindOf(address), machine, machine.root);
  }

  onTransition(address: string, transition: AnyTransitionDefinition): void {
    const machine = this.#machineAt(address);
    this.#reach(`${kindOf(address)} | ${transitionText(machine, transition)}`);
  }

  onState(address: string, path: readonly string[]): void {
    const machine = this.#machineAt(address);
    this.#reach(`${kindOf(address)} | ${pathText(machine, path)}`);
  }

  /** Everything there is, one per line, in order. */
  listing(): string {
    return `${[...this.#items.keys()].sort().join('\n')}\n`;
  }

  unreached(): readonly string[] {
    return [...this.#items].filter(([, reached]) => !reached).map(([item]) => item);
  }

  #machineAt(address: string): AnyStateMachine {
    const machine = this.#byAddress.get(address);
    if (machine === undefined) throw new Error(`nothing was told of ${address}`);
    return machine;
  }

  #enlist(kind: Kind, machine: AnyStateMachine, state: AnyStateNode): void {
    if (state.path.length > 0) this.#add(`${kind} | ${pathText(machine, state.path)}`);
    const transitions = [...(state.always ?? []), ...[...state.transitions.values()].flat()];
    for (const transition of transitions) {
      this.#add(`${kind} | ${transitionText(machine, transition as AnyTransitionDefinition)}`);
    }
    for (const child of Object.values(state.states)) this.#enlist(kind, machine, child);
  }

  #add(item: string): void {
    if (!this.#items.has(item)) this.#items.set(item, false);
  }

  #reach(item: string): void {
    if (!this.#items.has(item)) throw new Error(`reached, but nowhere in a statechart: ${item}`);
    this.#items.set(item, true);
  }
}
