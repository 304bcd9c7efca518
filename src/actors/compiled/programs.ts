/** Which logic is a compiled machine's, and its program: of the machine as it was when it first ran. */
import type { Program } from './model.ts';
import type { SourceMachine, SourceNode, SourceTransition } from './source.ts';

/** The program of a machine, made again where the machine was written into before its first use. */
export class KeptProgram {
  readonly #source: SourceMachine;
  readonly #make: () => Program;
  #program: Program;
  /** What the program was made from, until its first use. */
  #read: readonly unknown[] | null;

  /** Throws what `make` throws. */
  constructor(source: SourceMachine, make: () => Program) {
    this.#source = source;
    this.#make = make;
    this.#program = make();
    this.#read = readingOf(source);
  }

  /** Throws what `make` throws of a machine that has changed. */
  get current(): Program {
    if (this.#read !== null) this.#settle(this.#read);
    return this.#program;
  }

  #settle(read: readonly unknown[]): void {
    const now = readingOf(this.#source);
    const isSame = now.length === read.length && now.every((part, at) => part === read[at]);
    if (!isSame) this.#program = this.#make();
    this.#read = null;
  }
}

/** Everything that a program takes from a machine, in one list. */
function readingOf({ root, implementations }: SourceMachine): readonly unknown[] {
  const read: unknown[] = [];
  for (const named of Object.values(implementations)) read.push(named, ...Object.values(named));
  const transitions = (list: readonly SourceTransition[]): void => {
    for (const one of list) read.push(one, one.guard, one.target, ...one.actions);
  };
  const visit = (node: SourceNode): void => {
    read.push(node, ...node.entry, node, ...node.exit, node, ...node.invoke);
    for (const [type, list] of node.transitions) {
      read.push(type);
      transitions(list);
    }
    transitions(node.always ?? []);
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(root);
  return read;
}

const programs = new WeakMap<object, KeptProgram>();

export function keepProgram(logic: object, program: KeptProgram): void {
  programs.set(logic, program);
}

/** Undefined for everything that is not compiled. */
export function programOf(logic: object): Program | undefined {
  return programs.get(logic)?.current;
}
