/**
 * `netrun/testing/coverage-reporter`, a reporter for vitest: merges what the test files of all worker
 * processes reached of the statecharts, prints it, writes it, and fails the run that reached too little.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { NetrunError } from '../errors.ts';
import { coverageMeta } from './coverage/coverage-meta.ts';
import { type CoverageRecord, mergeCoverage } from './coverage/coverage-record.ts';
import {
  type CoverageReportOptions,
  belowMinimum,
  coverageReport,
  coverageTable,
} from './coverage/coverage-report.ts';

export interface CoverageReporterOptions extends CoverageReportOptions {
  /** Percent that must be reached, of the whole, or with `perNode` of each node. Default: 0. */
  readonly min?: number;
  /** Where the coverage is written as JSON, from the root of the project. Default: `coverage/statecharts.json`. */
  readonly file?: string;
  /** Names shown of what was never reached, of each row. Default: 20. */
  readonly shown?: number;
}

/** Of vitest, as far as it is used. */
interface Runner {
  readonly config: { readonly root: string };
  readonly logger: { log(text: string): void };
}

interface TestModule {
  readonly moduleId: string;
  readonly project: { readonly name: string };
  meta(): object;
}

/** Merges, prints, writes, and sets the exit code. Throws NetrunError `OPTION_INVALID` for options that make no sense. */
// oxlint-disable-next-line import/no-default-export -- vitest takes the reporter from there
export default class StatechartCoverageReporter {
  readonly #options: CoverageReporterOptions;
  /** By test file: one that is run again in watch mode takes the place of what it reached before. */
  readonly #records = new Map<string, CoverageRecord>();
  #runner: Runner | null = null;

  constructor(options: CoverageReporterOptions = {}) {
    const { min = 0 } = options;
    if (!Number.isFinite(min) || min < 0 || min > 100) {
      throw new NetrunError('OPTION_INVALID', `min is ${String(min)}: it is a percentage`, {
        hint: 'Give a number from 0 to 100.',
      });
    }
    this.#options = options;
  }

  onInit(runner: Runner): void {
    this.#runner = runner;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      const record = (module.meta() as Record<string, unknown>)[coverageMeta];
      if (record === undefined) continue;
      this.#records.set(`${module.project.name} ${module.moduleId}`, record as CoverageRecord);
    }
    if (this.#runner !== null) this.#report(this.#runner);
  }

  #report({ config, logger }: Runner): void {
    const { min = 0, file = 'coverage/statecharts.json', shown = 20 } = this.#options;
    if (this.#records.size === 0) {
      logger.log(
        'no coverage of statecharts: add netrun/testing/coverage-setup to the setupFiles of vitest',
      );
      if (min > 0) fail();
      return;
    }
    const record = mergeCoverage([...this.#records.values()]);
    const path = resolve(config.root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(record)}\n`);
    const report = coverageReport(record, this.#options);
    logger.log(`\n${coverageTable(report, shown)}`);
    const below = belowMinimum(report, min);
    if (below.length === 0) return;
    logger.log(`coverage of statecharts is below ${min} % in: ${below.join(', ')}`);
    fail();
  }
}

/** How a reporter tells vitest that the run failed. */
function fail(): void {
  process.exitCode = 1;
}
