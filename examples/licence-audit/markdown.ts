/** The report as a page that people read. */
import { familyTitles } from './licence-families.ts';
import type { Report } from './records.ts';

/** Groups shown; the JSON has all. */
const shownGroups = 15;

/** Text from a lock file must not end a cell, a line or a code span. */
function cell(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;');
}

function code(text: string): string {
  return `\`${cell(text).replaceAll('`', "'")}\``;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const rule = rows[0]?.map((value) => (typeof value === 'number' ? '--:' : '---')) ?? [];
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`);
}

function section(title: string, lines: readonly string[], empty: string): string[] {
  return ['', `## ${title}`, '', ...(lines.length === 0 ? [empty] : lines)];
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function totalsLines({ totals, project, policy }: Report): string[] {
  const { violations, checked } = policy;
  return [
    `- **${plural(totals.packages, 'package', 'packages')}** under ${plural(totals.names, 'name', 'names')}: ${totals.production} for production, ${totals.development} for development only`,
    `- ${totals.optional} optional, ${totals.peer} peer, ${plural(totals.links, 'link', 'links')}; nested ${plural(totals.deepest, 'level', 'levels')} deep at most`,
    `- ${plural(totals.odd, 'odd entry', 'odd entries')}; policy: ${violations.length === 0 ? 'no violations' : `**${plural(violations.length, 'violation', 'violations')}**`} in ${checked} checked`,
    `- lock file version ${project.lockfileVersion}`,
  ];
}

function familyLines({ families }: Report): string[] {
  if (families.length === 0) return [];
  const rows = families.map(({ family, packages, production, development, licences }) => [
    familyTitles[family],
    packages,
    production,
    development,
    licences.map((one) => `${cell(one.licence)} (${one.packages})`).join(', '),
  ]);
  return table(['Family', 'Packages', 'Production', 'Development', 'Licences'], rows);
}

function violationLines({ policy }: Report): string[] {
  const rows = policy.violations.map(({ name, version, licence, verdict, development }) => [
    code(`${name}@${version}`),
    cell(licence ?? 'none found'),
    verdict,
    development ? 'development' : 'production',
  ]);
  return rows.length === 0 ? [] : table(['Package', 'Licence', 'Verdict', 'Used in'], rows);
}

function oddLines({ odd }: Report): string[] {
  const rows = odd.map(({ name, version, path, declared, licence, reasons, evidence }) => [
    code(`${name}@${version}`),
    code(path),
    cell(reasons.join('; ')),
    cell(declared ?? ''),
    cell(evidence ?? ''),
    cell(licence ?? '—'),
  ]);
  return rows.length === 0
    ? []
    : table(
        ['Package', 'Path', 'Why it is here', 'The lock file says', 'Its own files', 'Taken as'],
        rows,
      );
}

function versionLines({ severalVersions }: Report): string[] {
  const rows = severalVersions.map(({ name, versions }) => [
    code(name),
    versions.length,
    versions
      .map(({ version, copies }) =>
        copies === 1 ? cell(version) : `${cell(version)} (${copies}×)`,
      )
      .join(', '),
  ]);
  return rows.length === 0 ? [] : table(['Package', 'Versions', 'Which'], rows);
}

function groupLines({ groups }: Report): string[] {
  if (groups.length === 0) return [];
  const rows = groups
    .slice(0, shownGroups)
    .map(({ name, packages, alone, development }) => [
      code(name),
      packages,
      alone,
      development ? 'development' : 'production',
    ]);
  const more = groups.length - rows.length;
  return [
    ...table(
      ['Direct dependency', 'Packages with all below', 'Needed by it alone', 'Used in'],
      rows,
    ),
    ...(more === 0 ? [] : ['', `and ${more} more.`]),
  ];
}

/** The whole page; ends with a line break. */
export function renderMarkdown(report: Report): string {
  const { policy, at, title } = report;
  const { name, version, lockFile } = report.project;
  const lists = [
    `Allowed: ${policy.policy.allow.map(code).join(', ') || 'nothing'}.`,
    `Denied: ${policy.policy.deny.map(code).join(', ') || 'nothing'}.`,
    `Let pass: ${policy.policy.exceptions.map(code).join(', ') || 'nothing'}.`,
  ].join(' ');
  return [
    `# ${cell(title)}`,
    '',
    `${code(version === '' ? name : `${name}@${version}`)} · ${code(lockFile)} · ${at}`,
    ...section('Totals', totalsLines(report), ''),
    ...section('Licences by family', familyLines(report), 'There are no packages.'),
    ...section(
      'Policy',
      [
        lists,
        '',
        ...(policy.violations.length === 0 ? ['No violations.'] : violationLines(report)),
      ],
      '',
    ),
    ...section('Odd entries', oddLines(report), 'None.'),
    ...section('Packages in several versions', versionLines(report), 'None.'),
    ...section(
      'Largest dependency groups',
      groupLines(report),
      'The project has no direct dependencies.',
    ),
    '',
  ].join('\n');
}
