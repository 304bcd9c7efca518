/** The entry point `netrun/testing`: flows tested as machines, with any test runner. */

// A net under a clock that the test moves.
export { TestNet, testNet } from './net/test-net.ts';
export type {
  GivenFunctions,
  TestNetOptions,
  TestNode,
  TestStep,
  TestTimer,
  WaitingEpoch,
} from './net/test-net-options.ts';
export type { FunctionsTime } from './time/function-call.ts';
export { unawaited } from './net/settling.ts';
export { TestEpoch } from './net/test-epoch.ts';
export type { EpochChoice, SendOptions } from './net/test-epoch.ts';
export type { TestOutputs } from './net/test-orders.ts';
export type { TestSource } from './net/test-source.ts';

// Events as data, and the paths through a flow that are made of them.
export { eventsText, play } from './events/test-event.ts';
export type { TestEvent } from './events/test-event.ts';
export { flowPaths } from './paths/flow-paths.ts';
export type { FlowPath, FlowPaths, FlowPathsOptions, PathStanding } from './paths/flow-paths.ts';
export { testPaths } from './paths/test-paths.ts';
export type { PathCheck, PathMoment, TestPathsOptions } from './paths/test-paths.ts';

// How much of the statecharts tests reach.
export type { CoverageReporterOptions } from './coverage-reporter.ts';
export { collectCoverage } from './coverage/coverage-collector.ts';
export type { CoverageCollector } from './coverage/coverage-collector.ts';
export { coverageStatechart } from './coverage/coverage-drawing.ts';
export { mergeCoverage, readCoverage } from './coverage/coverage-record.ts';
export type { CoverageRecord, NetCoverage } from './coverage/coverage-record.ts';
export { belowMinimum, coverageReport, coverageTable } from './coverage/coverage-report.ts';
export type {
  CoverageFigures,
  CoverageReport,
  CoverageReportOptions,
  CoverageRow,
} from './coverage/coverage-report.ts';

// Runs in every order, with everything that can go wrong.
export { simulate } from './simulation/simulate.ts';
export type { SimulatedWorld, SimulationOptions, SimulationResult } from './simulation/simulate.ts';
export type { RecordedRun } from './simulation/recorded-run.ts';
export type { SimulationFailure } from './simulation/failure.ts';
export type { FaultKind, Faults } from './simulation/faults.ts';
export type {
  Breach,
  BreachKind,
  Invariant,
  SimulatedEnd,
  SimulatedInput,
  SimulatedRun,
} from './simulation/finding.ts';
export type { Unsteadiness } from './simulation/steadiness.ts';
export type { ChoiceList } from './simulation/choices.ts';
export { Draw } from './simulation/draw.ts';

// What has to hold of every history.
export { RulesError, parseRules } from './rules/read-rules.ts';
export type { ReadRulesOptions } from './rules/read-rules.ts';
export { checkRules, violationLineage } from './rules/check-history.ts';
export type { RulesVerdict } from './rules/check-history.ts';
export { watchRules } from './rules/watch-rules.ts';
export type { RulesActor, WatchRulesOptions } from './rules/watch-rules.ts';
export type {
  EventPattern,
  Rule,
  RuleInput,
  RulesInput,
  RuleViolation,
  ValueComparisons,
  ValuePattern,
} from './rules/rule.ts';

// What can never happen.
export { explore } from './exploration/explore.ts';
export type { Exploration, ExploreOptions, Finding } from './exploration/explore.ts';
export type { DeclaredSends } from './exploration/sending.ts';
