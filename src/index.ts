/** The public API. */
export { NetrunError } from './errors.ts';
export type { NetrunErrorDetails } from './errors.ts';
export {
  DslError,
  Graph,
  GraphValidationError,
  TermError,
  definitionCodes,
  formatDiagnostic,
  parseTerm,
  printTerm,
} from './dsl/index.ts';
export type {
  ConditionInput,
  Diagnostic,
  EdgeInput,
  GraphInput,
  NetSettings,
  NodeInput,
  NodeOptions,
  OutPortInput,
  Place,
  PoolOptions,
  PortClass,
  PortInput,
  PortType,
  ReadOptions,
} from './dsl/index.ts';
