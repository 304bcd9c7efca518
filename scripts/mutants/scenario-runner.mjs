/** Runs scenarios.ts with all mutants in the code at once: a child of mutants.mjs, which stops it where a mutant never ends. */
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import { withAllMutants } from './mutations.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const vitest = await startVitest(
  'test',
  [],
  {
    root,
    config: false,
    watch: false,
    include: ['scripts/mutants/scenarios.ts'],
    reporters: [{}],
    pool: 'threads',
    maxWorkers: 1,
  },
  {
    plugins: [
      {
        name: 'mutants',
        enforce: 'pre',
        transform(code, id) {
          const file = id.startsWith(root) ? id.slice(root.length) : '';
          return file.startsWith('src/machines/') ? withAllMutants(file, code) : undefined;
        },
      },
    ],
  },
);
const failed = vitest.state.getCountOfFailedTests() > 0;
for (const file of vitest.state.getFiles()) {
  for (const error of file.result?.errors ?? []) console.error(error.message);
  for (const task of file.tasks)
    for (const error of task.result?.errors ?? []) console.error(error.message);
}
await vitest.close();
process.exitCode = failed ? 1 : 0;
