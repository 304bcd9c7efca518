/** How the tests run; `netrun` stands for the sources, so that documentation and examples use them as they are. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string): string => file(`src/${path}`);

/**
 * What is pure (test/architecture holds it to that) leaves nothing behind that another file could see: these files
 * share a process, which loads the sources once. All others have a process of their own; so has the one that looks
 * at XState's numbers of sessions, which are the process's.
 */
const pure = 'test/{actors,dsl,kernel,machines,statecharts}/**/!(session-names).test.ts';

/** Files that take long, while the other cores have something else to do. */
const longest = /\/test\/(?:crash|docs|simulation|inspector)\//;

/** The longest files first; those that share a process last, one project after the other. */
class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      if (project.config.isolate) return longest.test(moduleId) ? 0 : 1;
      return project.name === 'compiled pure' ? 2 : 3;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

const interpreted = {
  alias: [
    { find: /^\.\/default-engine\.ts$/, replacement: file('test/kernel/interpreted-default.ts') },
  ],
};

export default defineConfig({
  resolve: {
    alias: [
      { find: /^netrun$/, replacement: source('index.ts') },
      { find: /^netrun\/kernel$/, replacement: source('kernel.ts') },
      { find: /^netrun\/compiled$/, replacement: source('compiled.ts') },
      { find: /^netrun\/testing$/, replacement: source('testing/index.ts') },
      { find: /^netrun\/testing\/([\w-]+)$/, replacement: source('testing/$1.ts') },
    ],
  },
  test: {
    allowOnly: process.env['CI'] === undefined,
    // Every core: the suite is long, and waits for nothing.
    maxWorkers: '100%',
    // For what hangs: what is only slow, on a machine that does other things, is no failure.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { sequencer: Order },
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
    // Everything runs on the default engine, and what runs nets on XState's interpreter as well.
    projects: [
      {
        extends: true,
        test: {
          name: 'compiled',
          include: ['test/**/*.test.ts'],
          exclude: ['test/inspector/**/*.browser.test.ts', pure],
        },
      },
      { extends: true, test: { name: 'compiled pure', include: [pure], isolate: false } },
      // The built page in a browser, which is started once for all of them.
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/inspector/**/*.browser.test.ts'],
          globalSetup: ['test/inspector/chromium.ts'],
          // Longer than anything is waited for: what was waited for in vain is said by the wait.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        resolve: interpreted,
        test: {
          name: 'interpreted',
          include: ['test/{runtime,simulation,testing/net}/**/*.test.ts'],
          exclude: [
            // Encodings and files, in which no engine has a part.
            'test/runtime/{values,history}/**',
            'test/runtime/**/hostile.test.ts',
            // How large nets may be, which takes the interpreter twenty times as long.
            'test/runtime/size.test.ts',
            'test/simulation/checkpoints-*.test.ts',
            // A quarter of the seeds: what both engines do alike is shown by them and by the kernel's tests.
            'test/simulation/seeds-{2,3,4}.test.ts',
            'test/simulation/simulated-flows.test.ts',
            'test/simulation/elsewhere.test.ts',
          ],
        },
      },
      {
        extends: true,
        resolve: interpreted,
        test: {
          name: 'interpreted pure',
          include: ['test/{kernel,statecharts}/**/*.test.ts'],
          exclude: ['test/kernel/both-engines.property.test.ts'],
          isolate: false,
        },
      },
    ],
  },
});
