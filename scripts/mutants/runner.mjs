/** Tries mutants one by one, in one vitest that stays: a child of mutants.mjs, which stops it where a mutant never ends. */
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';

/** @typedef {import('./mutations.mjs').Mutant} Mutant */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** For what the scenarios of test/statecharts did not catch: what is quick, then what takes longer. */
const stages = [
  [
    'test/machines/salvo',
    'test/machines/.*machine.test',
    'test/kernel/flow.test',
    'test/kernel/limits.test',
    'test/kernel/lifecycle.test',
    'test/kernel/attempts.test',
    'test/kernel/batch.test',
    'test/kernel/epoch-actions.test',
    'test/kernel/packet-actions.test',
    'test/kernel/recover.test',
    'test/kernel/failing.test',
  ],
  [
    'test/kernel/invariants.property.test',
    'test/kernel/both-engines.property.test',
    'test/kernel/restored',
    'test/machines/structure.test',
  ],
];

/** @type {Mutant | null} */
let current = null;

const vitest = await createVitest(
  'test',
  {
    root,
    // Without the project's own configuration: its projects would not have the plugin.
    config: false,
    watch: false,
    include: ['test/{kernel,machines,statecharts}/**/*.test.ts'],
    reporters: [{}],
    bail: 1,
    testTimeout: 60_000,
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform(code, id) {
          if (current === null || !id.endsWith(current.file)) return undefined;
          return code.slice(0, current.start) + current.text + code.slice(current.end);
        },
      },
    ],
  },
);

const all = await vitest.globTestSpecifications();
const byStage = stages.map((patterns) => {
  const wanted = patterns.map((pattern) => new RegExp(pattern));
  return all.filter(({ moduleId }) => wanted.some((pattern) => pattern.test(moduleId)));
});

/**
 * @param {Mutant} mutant
 * @returns {Promise<string | null>} the test that caught it; null = it survived
 */
async function tryMutant(mutant) {
  current = mutant;
  vitest.invalidateFile(`${root}${mutant.file}`);
  for (const specifications of byStage) {
    vitest.state.clearErrors();
    vitest.state.filesMap.clear();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    for (const module of testModules) {
      for (const test of module.children.allTests('failed')) return test.fullName;
      if (module.state() === 'failed') return `${module.relativeModuleId} (does not load)`;
    }
    if (unhandledErrors.length > 0) return String(unhandledErrors[0]);
  }
  return null;
}

process.on('message', (mutant) => {
  void tryMutant(/** @type {Mutant} */ (mutant)).then((caught) => process.send?.({ caught }));
});
process.send?.({ ready: true });
