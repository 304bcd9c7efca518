/** Families of licences, from the least to the most demanding, and the family an expression belongs to. */
import type { Expression } from './spdx-expression.ts';

export const families = [
  'public-domain',
  'permissive',
  'weak-copyleft',
  'strong-copyleft',
  'proprietary',
  'unknown',
] as const;

export type Family = (typeof families)[number];

export const familyTitles: Readonly<Record<Family, string>> = {
  'public-domain': 'Public domain and the like',
  permissive: 'Permissive',
  'weak-copyleft': 'Weak copyleft',
  'strong-copyleft': 'Strong copyleft',
  proprietary: 'Proprietary or source-available',
  unknown: 'Unknown',
};

/** Identifiers without `-only`, `-or-later` and `+`. */
const members: Readonly<Record<Exclude<Family, 'unknown'>, string>> = {
  'public-domain': '0BSD CC0-1.0 CC-PDDC MIT-0 PDDL-1.0 Unlicense WTFPL',
  permissive: `AFL-2.1 AFL-3.0 Apache-1.1 Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause
    BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-Clear BSD-4-Clause BSL-1.0 CC-BY-3.0 CC-BY-4.0 curl
    ECL-2.0 FSFAP FTL HPND ICU ISC JSON libpng-2.0 MIT MS-PL MulanPSL-2.0 NCSA OpenSSL PHP-3.01
    PostgreSQL PSF-2.0 Python-2.0 Ruby TCL Unicode-3.0 Unicode-DFS-2016 UPL-1.0 W3C W3C-20150513 X11 Zlib`,
  'weak-copyleft': `CDDL-1.0 CDDL-1.1 CPL-1.0 EPL-1.0 EPL-2.0 IPL-1.0 LGPL-2.0 LGPL-2.1 LGPL-3.0 MPL-1.1
    MPL-2.0 MS-RL OFL-1.1`,
  'strong-copyleft': `AGPL-1.0 AGPL-3.0 CC-BY-SA-3.0 CC-BY-SA-4.0 EUPL-1.1 EUPL-1.2 GPL-1.0 GPL-2.0 GPL-3.0
    OSL-3.0 QPL-1.0 Sleepycat`,
  proprietary: `BUSL-1.1 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 CC-BY-NC-ND-4.0 Elastic-2.0
    PolyForm-Noncommercial-1.0.0 SSPL-1.0 UNLICENSED`,
};

const familyById = new Map<string, Family>(
  Object.entries(members).flatMap(([family, ids]) =>
    ids.split(/\s+/).map((id): [string, Family] => [id.toLowerCase(), family as Family]),
  ),
);

/** Exceptions under which a program may link the licensed code and keep its own licence. */
const linkingException =
  /^(classpath|gcc|linking|lgpl-3\.0-linking|openjdk-assembly|universal-foss|ecos|wxwindows)-?exception/i;

function familyOfLicence(id: string, exception: string | undefined): Family {
  const bare = id.toLowerCase().replace(/(\+|-only|-or-later)$/, '');
  const family = familyById.get(bare) ?? 'unknown';
  const links = exception !== undefined && linkingException.test(exception);
  return links && family === 'strong-copyleft' ? 'weak-copyleft' : family;
}

/** Of a choice the least demanding family, of what holds together the most demanding one. */
export function familyOf(expression: Expression): Family {
  if (expression.type === 'licence') return familyOfLicence(expression.id, expression.exception);
  const ranks = expression.parts.map((part) => families.indexOf(familyOf(part)));
  const rank = expression.type === 'or' ? Math.min(...ranks) : Math.max(...ranks);
  return families[rank] ?? 'unknown';
}

/** Identifiers in `expression` that no family has. */
export function unknownLicences(expression: Expression): string[] {
  if (expression.type !== 'licence') return expression.parts.flatMap(unknownLicences);
  return familyOf(expression) === 'unknown' ? [expression.id] : [];
}

const spelledOut: readonly (readonly [RegExp, string])[] = [
  [/^(the )?mit( licen[sc]e)?(\/x11)?$/, 'MIT'],
  [/^(the )?apache([ -]software)?([ -]licen[sc]e)?,?[ -]*(v|version)?[ -]?2(\.0)?$/, 'Apache-2.0'],
  [/^(the )?isc licen[sc]e$/, 'ISC'],
  [/^(new|modified|revised|3-clause)[ -]bsd([ -]licen[sc]e)?$/, 'BSD-3-Clause'],
  [/^(simplified|2-clause)[ -]bsd([ -]licen[sc]e)?$/, 'BSD-2-Clause'],
  [/^(gnu )?gpl[ -]?v?([23])(\.0)?$/, 'GPL-$2.0-only'],
  [/^(gnu )?lgpl[ -]?v?3(\.0)?$/, 'LGPL-3.0-only'],
  [/^mozilla public licen[sc]e,?( version)? 2(\.0)?$/, 'MPL-2.0'],
  [/^(the )?unlicen[sc]e$/, 'Unlicense'],
  [/^public[ -]domain$/, 'CC0-1.0'],
];

/** The identifier behind a licence's everyday name, or null. */
export function identifierOf(name: string): string | null {
  const lower = name.trim().toLowerCase();
  for (const [form, id] of spelledOut) {
    if (form.test(lower)) return lower.replace(form, id);
  }
  return null;
}
