/** Judges what a package declares as its licence, and says what is odd about it. */
import { familyOf, identifierOf, unknownLicences } from './licence-families.ts';
import type { Family } from './licence-families.ts';
import type { Audited, Package } from './records.ts';
import { parseExpression, printExpression } from './spdx-expression.ts';

/** What a text says about a licence. */
export interface Reading {
  /** The expression in its printed form; null where the text is none. */
  readonly licence: string | null;
  readonly family: Family;
  readonly reasons: readonly string[];
}

const seeFile = /^see licen[sc]e in (.+)$/i;

/** The file that a text of the form `SEE LICENSE IN file` points to, or null. */
export function licenceFileNamed(declared: string | null): string | null {
  return seeFile.exec(declared ?? '')?.[1]?.trim() ?? null;
}

/** What a declared licence says. */
export function readLicence(declared: string | null): Reading {
  const nothing = { licence: null, family: 'unknown' } as const;
  if (declared === null) return { ...nothing, reasons: ['no licence given'] };
  const file = licenceFileNamed(declared);
  if (file !== null) return { ...nothing, reasons: [`the licence is only in its file ${file}`] };
  const meant = identifierOf(declared);
  const expression = parseExpression(meant ?? declared);
  if (expression === null) return { ...nothing, reasons: ['the licence is no SPDX expression'] };
  const licence = printExpression(expression);
  const reasons = [
    ...(meant !== null && meant !== declared ? [`written in words, read as ${meant}`] : []),
    ...unknownLicences(expression).map((id) => `${id} is no licence this audit knows`),
    ...(expression.type === 'or' ? ['a choice of licences: someone has to make it'] : []),
  ];
  return { licence, family: familyOf(expression), reasons };
}

/** The package with its licence judged. */
export function classify(found: Package): Audited {
  if (found.kind === 'link') {
    const reasons = [`a link to ${found.target ?? ''}`];
    return { ...found, licence: null, family: 'unknown', reasons, evidence: null };
  }
  const { licence, family, reasons } = readLicence(found.declared);
  const form = found.legacy ? ['the licence is given in the form of old packages'] : [];
  return { ...found, licence, family, reasons: [...form, ...reasons], evidence: null };
}
