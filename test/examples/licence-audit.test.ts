/** The licence audit counts right, finds what is odd, and says the same in both of its reports. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { familyTitles } from '../../examples/licence-audit/licence-families.ts';
import { root } from '../architecture/tree.ts';
import { audit, auditTime, lockText, makeProject } from './audit-run.ts';
import type { Audit, LockPackage, LockPackages } from './audit-run.ts';
import { runExample } from './example-run.ts';

const ownLock = `${root}package-lock.json`;

/** Cells of the table under a heading, without its head. */
function tableOf(markdown: string, heading: string): string[][] {
  const [, after = ''] = markdown.split(`\n## ${heading}\n`);
  const [section = ''] = after.split('\n## ');
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(2, -2)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

function expectPageToSayWhatTheJsonSays({ report, markdown }: Audit): void {
  const { totals, families, odd, severalVersions, policy, groups } = report;
  expect(markdown).toContain(`**${totals.packages} package`);
  expect(markdown).toContain(`${totals.production} for production, ${totals.development} for`);
  expect(markdown).toContain(`${totals.odd} odd entr`);
  expect(markdown).toContain(report.at);
  expect(tableOf(markdown, 'Licences by family')).toEqual(
    families.map(({ family, packages, production, development, licences }) => [
      familyTitles[family],
      ...[packages, production, development].map(String),
      licences.map((one) => `${one.licence} (${one.packages})`).join(', '),
    ]),
  );
  expect(tableOf(markdown, 'Policy').map(([name, , verdict]) => [name, verdict])).toEqual(
    policy.violations.map(({ name, version, verdict }) => [`\`${name}@${version}\``, verdict]),
  );
  expect(tableOf(markdown, 'Odd entries').map(([name, path]) => [name, path])).toEqual(
    odd.map(({ name, version, path }) => [`\`${name}@${version}\``, `\`${path}\``]),
  );
  expect(
    tableOf(markdown, 'Packages in several versions').map(([name, count]) => [name, count]),
  ).toEqual(severalVersions.map(({ name, versions }) => [`\`${name}\``, `${versions.length}`]));
  expect(tableOf(markdown, 'Largest dependency groups').map((cells) => cells.slice(0, 3))).toEqual(
    groups
      .slice(0, 15)
      .map(({ name, packages, alone }) => [`\`${name}\``, `${packages}`, `${alone}`]),
  );
}

describe('the audit of this project', () => {
  it('has the totals of an independent count, in as many epochs as there are packages', async () => {
    const lock = JSON.parse(readFileSync(ownLock, 'utf8')) as { packages: LockPackages };
    const licences: Record<string, number> = {};
    const versions: Record<string, Set<string>> = {};
    let [all, development, optional] = [0, 0, 0];
    for (const [path, entry] of Object.entries(lock.packages)) {
      if (path === '') continue;
      all += 1;
      if (entry.dev === true) development += 1;
      if (entry.optional === true || entry.devOptional === true) optional += 1;
      const licence = typeof entry.license === 'string' ? entry.license : '';
      licences[licence] = (licences[licence] ?? 0) + 1;
      const name = path.split('node_modules/').at(-1) ?? '';
      (versions[name] ??= new Set()).add(entry.version ?? '');
    }
    const result = await audit(ownLock);
    const { report, epochs } = result;
    expect(all).toBeGreaterThan(100);
    expect(report.totals).toMatchObject({
      packages: all,
      development,
      production: all - development,
      optional,
      links: 0,
      names: Object.keys(versions).length,
    });
    const counted = Object.fromEntries(
      report.families.flatMap(({ licences }) =>
        licences.map(({ licence, packages }) => [licence, packages]),
      ),
    );
    for (const plain of ['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', 'MPL-2.0']) {
      const found = report.odd.filter(
        ({ declared, licence }) => declared !== plain && licence === plain,
      );
      expect((counted[plain] ?? 0) - found.length).toBe(licences[plain] ?? 0);
    }
    expect(Object.values(counted).reduce((sum, n) => sum + n, 0)).toBe(all);
    expect(
      Object.fromEntries(report.severalVersions.map((one) => [one.name, one.versions.length])),
    ).toEqual(
      Object.fromEntries(
        Object.entries(versions)
          .filter(([, found]) => found.size > 1)
          .map(([name, found]) => [name, found.size]),
      ),
    );
    expect(epochs).toMatchObject({
      Split: 1,
      Normalise: all,
      Classify: all,
      Investigate: report.totals.odd,
      Report: 1,
      Write: 1,
    });
    expect(epochs['Collect']).toBeLessThan(all);
    expectPageToSayWhatTheJsonSays(result);
  });

  it('is the same byte for byte a second time', async () => {
    const [first, second] = [await audit(ownLock), await audit(ownLock)];
    expect(second.json).toBe(first.json);
    expect(second.markdown).toBe(first.markdown);
    expect(first.report.at).toBe(auditTime);
  });
});

const mit = 'Permission is hereby granted, free of charge, to any person\nobtaining a copy';

const oddPackages = {
  '': {
    dependencies: { plain: '1', '@scope/pair': '1', tool: '1' },
    devDependencies: { dev: '1' },
  },
  'node_modules/plain': { version: '1.0.0', license: 'MIT', dependencies: { deep: '2' } },
  'node_modules/plain/node_modules/deep': { version: '2.0.0', license: 'ISC' },
  'node_modules/deep': { version: '1.0.0', license: '0BSD' },
  'node_modules/@scope/pair': { version: '1.0.0', license: '(GPL-3.0-only OR Apache-2.0)' },
  'node_modules/both': { version: '1.0.0', license: 'MIT AND LGPL-2.1-or-later' },
  'node_modules/linked-gpl': {
    version: '1.0.0',
    license: 'GPL-2.0-only WITH Classpath-exception-2.0',
  },
  'node_modules/gpl': { version: '1.0.0', license: 'GPL-3.0-or-later', dev: true },
  'node_modules/object': { version: '1.0.0', license: { type: 'MIT', url: 'x' } },
  'node_modules/list': { version: '1.0.0', licenses: [{ type: 'MIT' }, { type: 'BSD-2-Clause' }] },
  'node_modules/words': { version: '1.0.0', license: 'Apache License, Version 2.0' },
  'node_modules/silent': { version: '1.0.0' },
  'node_modules/file-only': { version: '1.0.0', license: 'SEE LICENSE IN terms.txt' },
  'node_modules/strange': { version: '1.0.0', license: 'do | what\n`you` <b>like' },
  'node_modules/unheard': { version: '1.0.0', license: 'Foo-1.0' },
  'node_modules/secret': { version: '1.0.0', license: 'UNLICENSED' },
  'node_modules/alias': { name: 'real-name', version: '3.0.0', license: 'MIT' },
  'node_modules/tool': { resolved: 'packages/tool', link: true },
  'packages/tool': { version: '0.1.0' },
  'node_modules/dev': { version: '1.0.0', license: 'MIT', dev: true },
  '../outside': { version: '1.0.0' },
} satisfies Record<string, LockPackage>;

const oddFiles = {
  'package-lock.json': lockText(oddPackages),
  'node_modules/silent/package.json': '{ "license": "BSD-3-Clause" }',
  'node_modules/file-only/package.json': '{ "license": "SEE LICENSE IN terms.txt" }',
  'node_modules/file-only/terms.txt': 'Mozilla Public License Version 2.0',
  'node_modules/unheard/package.json': '{ "license": "Foo-1.0" }',
  'node_modules/unheard/licence.md': mit,
  'packages/tool/package.json': '{ "licenses": [{ "type": "ISC" }] }',
};

describe('the audit of a project with odd entries', () => {
  it('puts every licence into its family, and looks into files where the lock is silent', async () => {
    const { report } = await audit(makeProject(oddFiles));
    const licences = Object.fromEntries(
      report.families.map(({ family, licences }) => [
        family,
        Object.fromEntries(licences.map(({ licence, packages }) => [licence, packages])),
      ]),
    );
    expect(licences).toEqual({
      'public-domain': { '0BSD': 1 },
      permissive: {
        MIT: 5,
        ISC: 2,
        'GPL-3.0-only OR Apache-2.0': 1,
        'MIT OR BSD-2-Clause': 1,
        'Apache-2.0': 1,
        'BSD-3-Clause': 1,
      },
      'weak-copyleft': {
        'MIT AND LGPL-2.1-or-later': 1,
        'GPL-2.0-only WITH Classpath-exception-2.0': 1,
        'MPL-2.0': 1,
      },
      'strong-copyleft': { 'GPL-3.0-or-later': 1 },
      proprietary: { UNLICENSED: 1 },
      unknown: { 'none found': 2 },
    });
    expect(report.totals).toMatchObject({ packages: 19, links: 1, development: 2, deepest: 2 });
  });

  it('says of each odd entry why it is here and what its files say', async () => {
    const { report } = await audit(makeProject(oddFiles));
    const told = report.odd.map(({ path, reasons, evidence, licence }) => [
      path.split('/').slice(-2).join('/'),
      reasons,
      evidence,
      licence,
    ]);
    const choice = 'a choice of licences: someone has to make it';
    const old = 'the licence is given in the form of old packages';
    expect(told).toEqual([
      ['../outside', ['no licence given'], 'not installed', null],
      ['@scope/pair', [choice], 'not installed', 'GPL-3.0-only OR Apache-2.0'],
      [
        'node_modules/file-only',
        ['the licence is only in its file terms.txt'],
        'terms.txt is the text of MPL-2.0',
        'MPL-2.0',
      ],
      ['node_modules/list', [old, choice], 'not installed', 'MIT OR BSD-2-Clause'],
      ['node_modules/object', [old], 'not installed', 'MIT'],
      [
        'node_modules/silent',
        ['no licence given'],
        'package.json says BSD-3-Clause',
        'BSD-3-Clause',
      ],
      ['node_modules/strange', ['the licence is no SPDX expression'], 'not installed', null],
      ['node_modules/tool', ['a link to packages/tool'], 'package.json says ISC', 'ISC'],
      [
        'node_modules/unheard',
        ['Foo-1.0 is no licence this audit knows'],
        'licence.md is the text of MIT',
        'MIT',
      ],
      [
        'node_modules/words',
        ['written in words, read as Apache-2.0'],
        'not installed',
        'Apache-2.0',
      ],
      ['packages/tool', ['no licence given'], 'package.json says ISC', 'ISC'],
    ]);
  });

  it('reads nothing outside of the project, whatever the paths of the lock file say', async () => {
    const folder = makeProject({
      'project/package-lock.json': lockText({ '../outside': { version: '1.0.0' } }),
      'outside/package.json': '{ "license": "MIT" }',
    });
    const { report } = await audit(`${folder}/project`);
    expect(report.odd).toMatchObject([{ evidence: 'not installed', licence: null }]);
  });

  it('keeps its tables whole where the lock file has characters that Markdown knows', async () => {
    const result = await audit(makeProject(oddFiles));
    expectPageToSayWhatTheJsonSays(result);
    const strange = tableOf(result.markdown, 'Odd entries').find(
      ([name]) => name === '`strange@1.0.0`',
    );
    expect(strange?.[3]).toBe('do \\| what `you` &lt;b>like');
  });

  it('finds packages in several versions, and what a direct dependency brings along', async () => {
    const { report } = await audit(makeProject(oddFiles));
    expect(report.severalVersions).toEqual([
      {
        name: 'deep',
        versions: [
          { version: '1.0.0', copies: 1 },
          { version: '2.0.0', copies: 1 },
        ],
      },
    ]);
    expect(report.groups).toEqual([
      { name: 'plain', development: false, packages: 2, alone: 2 },
      { name: '@scope/pair', development: false, packages: 1, alone: 1 },
      { name: 'dev', development: true, packages: 1, alone: 1 },
      { name: 'tool', development: false, packages: 1, alone: 1 },
    ]);
  });
});

describe('the policy', () => {
  const violations = async (policy: object): Promise<string[]> => {
    const { report } = await audit(makeProject(oddFiles), policy);
    return report.policy.violations.map(({ name, verdict }) => `${name}: ${verdict}`);
  };

  it('lets pass what is allowed, and tells what is denied from what nobody thought of', async () => {
    expect(await violations({ allow: ['permissive', 'public-domain', 'MPL-2.0'] })).toEqual([
      'outside: not allowed',
      'both: not allowed',
      'gpl: denied',
      'linked-gpl: not allowed',
      'secret: denied',
      'strange: not allowed',
    ]);
  });

  it('takes exceptions by name and by version, and leaves out development where told to', async () => {
    expect(
      await violations({
        allow: ['permissive', 'public-domain', 'weak-copyleft'],
        exceptions: ['outside', 'secret@1.0.0', 'strange@2.0.0'],
        development: false,
      }),
    ).toEqual(['strange: not allowed']);
  });

  it('denies by identifier what its family allows, but not the better part of a choice', async () => {
    const found = await violations({
      allow: [
        'public-domain',
        'permissive',
        'weak-copyleft',
        'strong-copyleft',
        'proprietary',
        'unknown',
      ],
      deny: ['Apache-2.0'],
    });
    expect(found).toEqual(['words: denied']);
  });
});

describe('lock files of every form', () => {
  it('an empty project gives a report that says so', async () => {
    const result = await audit(makeProject({ 'package-lock.json': lockText({}) }));
    expect(result.report.totals).toMatchObject({ packages: 0, names: 0, odd: 0, deepest: 0 });
    expect(result.epochs).toMatchObject({ Split: 1, Normalise: 0, Collect: 1, Write: 1 });
    expect(result.markdown).toContain('There are no packages.');
    expectPageToSayWhatTheJsonSays(result);
  });

  it('a project without a name and a version is called unnamed', async () => {
    const text = '{ "lockfileVersion": 3, "packages": {} }';
    const { markdown } = await audit(makeProject({ 'package-lock.json': text }));
    expect(markdown).toMatch(/^`unnamed` · `.*package-lock\.json` · /m);
  });

  it('version 2 gives the report of version 3', async () => {
    const project = (version: 2 | 3) =>
      makeProject({ ...oddFiles, 'package-lock.json': lockText(oddPackages, version) });
    const [second, third] = [await audit(project(2)), await audit(project(3))];
    expect(second.report.project.lockfileVersion).toBe(2);
    expect({ ...second.report, project: null }).toEqual({ ...third.report, project: null });
  });

  it.each([
    ['{ "lockfileVersion": 1, "dependencies": {} }', 'lockfileVersion 1 and no packages'],
    ['{ "name": "x" }', 'it has no lockfileVersion'],
    ['[]', 'it has no lockfileVersion'],
    ['nothing', 'is not JSON'],
  ])('%s is refused with what is wrong', async (text, message) => {
    const folder = makeProject({ 'package-lock.json': text });
    await expect(audit(folder)).rejects.toMatchObject({
      code: 'NODE_EXECUTION_FAILED',
      nodeName: 'Parse',
      message: expect.stringContaining(message) as string,
    });
  });

  it('a path that leads nowhere is refused by Locate', async () => {
    await expect(audit('no/such/file')).rejects.toMatchObject({ nodeName: 'Locate' });
  });

  it('without a path it takes what the flow is configured with', async () => {
    const out = makeProject({});
    const { result, lines } = await runExample('examples/licence-audit', (net) =>
      net.setNodeConfig('Request', { config: { lock: ownLock, out } }),
    );
    const files = [`${out}/licence-audit-report.md`, `${out}/licence-audit-report.json`];
    expect(result.outputs).toEqual({ 'Write.written': [files] });
    expect(lines).toEqual([`The report is in ${files.join(' and ')}`]);
  });
});
