/** Generated code: one function for a configuration and an event. */
import type { Configuration } from './configuration.ts';
import type { Selection, StepCode } from './selection.ts';

export interface CodeGenerator {
  /** Null where the tables are to be used. */
  codeFor(configuration: Configuration, selection: Selection): StepCode | null;
}
