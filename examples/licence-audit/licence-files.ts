/** Looks into installed packages for what their entries in the lock file do not tell. */
import { readFile, readdir } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { licenceFileNamed, readLicence } from './classification.ts';
import type { Reading } from './classification.ts';
import { declaredLicence } from './lock-entries.ts';
import type { Audited } from './records.ts';

const usualName = /^(licen[sc]e|copying|unlicen[sc]e)(\.(md|txt))?$/i;

/** Phrases that tell one licence from the others; the first that fits counts. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i, 'AGPL-3.0-only'],
  [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i, 'LGPL-3.0-only'],
  [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1/i, 'LGPL-2.1-only'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/i, 'GPL-3.0-only'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 2/i, 'GPL-2.0-only'],
  [/Mozilla Public License,? Version 2\.0/i, 'MPL-2.0'],
  [/Apache License\s+Version 2\.0/i, 'Apache-2.0'],
  [/free and unencumbered software released into the public domain/i, 'Unlicense'],
  [/CC0 1\.0 Universal/i, 'CC0-1.0'],
  [/Permission is hereby granted, free of charge/i, 'MIT'],
  [/Permission to use, copy, modify, and(\/or)? distribute this software.*provided that/is, 'ISC'],
  [/Permission to use, copy, modify, and(\/or)? distribute this software/i, '0BSD'],
  [/Redistribution and use in source and binary forms.*Neither the name/is, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
];

/** The licence whose text this is, or null. */
export function licenceOfText(text: string): string | null {
  return phrases.find(([phrase]) => phrase.test(text))?.[1] ?? null;
}

/** A path below the project; null where it leads out of it: a lock file can say anything. */
function inside(directory: string, ...parts: string[]): string | null {
  const path = resolve(directory, ...parts);
  const way = relative(directory, path);
  return /^\.\.([/\\]|$)/.test(way) || isAbsolute(way) ? null : path;
}

/** A file as text; null where it cannot be read. */
async function read(path: string | null): Promise<string | null> {
  return path === null ? null : readFile(path, 'utf8').catch(() => null);
}

function manifestOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const manifest: unknown = JSON.parse(text);
    return typeof manifest === 'object' && manifest !== null ? { ...manifest } : {};
  } catch {
    return {};
  }
}

/** The licence in one of the package's own files, and which. */
async function readFiles(
  { directory, declared }: Audited,
  folder: string,
): Promise<{ licence: string; file: string } | null> {
  const base = inside(directory, folder);
  const names = base === null ? [] : await readdir(base).catch(() => []);
  const named = licenceFileNamed(declared);
  const usual = names.filter((name) => usualName.test(name)).sort();
  for (const file of named === null ? usual : [named, ...usual]) {
    const text = await read(inside(directory, folder, file));
    const licence = text === null ? null : licenceOfText(text);
    if (licence !== null) return { licence, file };
  }
  return null;
}

/** What the lock file told counts; what it left open is taken from the package's own files. */
function settle(odd: Audited, { licence, family }: Reading, evidence: string): Audited {
  return odd.family === 'unknown' ? { ...odd, licence, family, evidence } : { ...odd, evidence };
}

/** The entry with what the installed package says about itself. */
export async function investigate(odd: Audited): Promise<Audited> {
  const folder = odd.kind === 'link' ? (odd.target ?? '') : odd.path;
  const text = await read(inside(odd.directory, folder, 'package.json'));
  if (text === null) return { ...odd, evidence: 'not installed' };
  const own = readLicence(declaredLicence(manifestOf(text)).declared);
  if (own.licence !== null && own.family !== 'unknown') {
    const says = own.licence === odd.licence ? 'the same' : own.licence;
    return settle(odd, own, `package.json says ${says}`);
  }
  const found = await readFiles(odd, folder);
  if (found === null) return { ...odd, evidence: 'its files do not tell' };
  const { licence, file } = found;
  return settle(odd, readLicence(licence), `${file} is the text of ${licence}`);
}
