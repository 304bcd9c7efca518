/** Projects with lock files made for a test, and the audit of one. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Report } from '../../examples/licence-audit/records.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { runExample } from './example-run.ts';

export interface LockPackage {
  readonly name?: string;
  readonly version?: string;
  readonly license?: unknown;
  readonly licenses?: unknown;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockPackages = Readonly<Record<string, LockPackage>>;

/** A new folder with these files, by their paths; gone when the test is over. */
export function makeProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The text of a lock file; version 2 has the packages a second time, as older versions of npm want them. */
export function lockText(packages: LockPackages, lockfileVersion: 2 | 3 = 3): string {
  const dependencies = { old: { version: '9.9.9' } };
  return JSON.stringify({
    name: 'made',
    version: '1.0.0',
    lockfileVersion,
    requires: true,
    packages: { '': { name: 'made', version: '1.0.0', ...packages[''] }, ...packages },
    ...(lockfileVersion === 2 ? { dependencies } : {}),
  });
}

export interface Audit {
  readonly report: Report;
  readonly json: string;
  readonly markdown: string;
  readonly epochs: Readonly<Record<string, number>>;
}

/** The time at which every audit here says that it took place. */
export const auditTime = '2024-02-29T12:00:00.000Z';

/** Audits a lock file, or the one of a folder; `policy` in place of the flow's own. */
export async function audit(path: string, policy?: object): Promise<Audit> {
  const out = makeProject({});
  const clock = new HeldClock(Date.parse(auditTime));
  const { epochs } = await runExample(
    'examples/licence-audit',
    async (net) => {
      net.setNodeConfig('Request', { config: { out } });
      if (policy !== undefined) net.setNodeConfig('Policy', { config: policy });
      await net.inject('Locate.path', path);
    },
    { clock },
  );
  const json = readFileSync(join(out, 'licence-audit-report.json'), 'utf8');
  const markdown = readFileSync(join(out, 'licence-audit-report.md'), 'utf8');
  return { report: JSON.parse(json) as Report, json, markdown, epochs };
}
