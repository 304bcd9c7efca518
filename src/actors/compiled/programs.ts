/** Which logic is a compiled machine's, and its program. */
import type { Program } from './model.ts';

const programs = new WeakMap<object, Program>();

export function keepProgram(logic: object, program: Program): void {
  programs.set(logic, program);
}

/** Undefined for everything that is not compiled. */
export function programOf(logic: object): Program | undefined {
  return programs.get(logic);
}
