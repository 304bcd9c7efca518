/** Describing nets: graphs, terms, definitions in TOML, diagnostics. */
export { Graph, parseDefinition } from './graph.ts';
export type {
  ConditionDefinition,
  ConditionInput,
  EdgeDefinition,
  EdgeInput,
  GraphDefinition,
  GraphInput,
  InPortDefinition,
  NodeDefinition,
  NodeFunctionPaths,
  NodeInput,
  OutPortDefinition,
  OutPortInput,
  PortClass,
  PortInput,
  PortType,
  TakeDefinition,
} from './definition.ts';
export { formatDiagnostic } from './diagnostic.ts';
export type { Diagnostic, Place } from './diagnostic.ts';
export { DslError, GraphValidationError, TermError } from './errors.ts';
export type { NetSettings, NodeOptions, PoolOptions } from './schema.ts';
export type { ReadOptions } from './toml/read.ts';
export { parseTerm } from './term/parser.ts';
export { printTerm } from './term/printer.ts';
