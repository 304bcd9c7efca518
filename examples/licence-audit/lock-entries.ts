/** Reads lock files of npm, version 2 and 3: the project, its entries, and each entry in one form. */
import type { Entry, Package, Project } from './records.ts';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(value: unknown): string[] {
  return isFields(value) ? Object.keys(value) : [];
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** The lock file's project and entries. Throws an error that says what the file is instead. */
export function parseLock(file: { shown: string; directory: string; text: string }): {
  project: Project;
  entries: Entry[];
} {
  const { shown, directory, text } = file;
  let lock: unknown;
  try {
    lock = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${shown} is not JSON`, { cause });
  }
  if (!isFields(lock) || typeof lock['lockfileVersion'] !== 'number') {
    throw new Error(`${shown} is no lock file of npm: it has no lockfileVersion`);
  }
  const { lockfileVersion, packages } = lock;
  if (!isFields(packages)) {
    throw new Error(
      `${shown} has lockfileVersion ${lockfileVersion} and no packages: write it again with npm 7 or later`,
    );
  }
  const root = isFields(packages['']) ? packages[''] : {};
  const project = {
    name: textOf(root['name'], textOf(lock['name'], 'unnamed')),
    version: textOf(root['version'], textOf(lock['version'], '')),
    lockFile: shown,
    lockfileVersion,
    dependencies: [
      ...keysOf(root['dependencies']),
      ...keysOf(root['optionalDependencies']),
      ...keysOf(root['peerDependencies']),
    ],
    devDependencies: keysOf(root['devDependencies']),
  };
  const entries = Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, fields]) => ({ path, directory, fields: isFields(fields) ? fields : {} }));
  return { project, entries };
}

const folder = 'node_modules/';

function nameFromPath(path: string): string {
  const at = path.lastIndexOf(folder);
  if (at >= 0) return path.slice(at + folder.length);
  return path.slice(path.lastIndexOf('/') + 1);
}

function oneLicence(raw: unknown): string | null {
  if (typeof raw === 'string') return raw.trim() === '' ? null : raw.trim();
  if (isFields(raw)) return oneLicence(raw['type'] ?? raw['name'] ?? null);
  return null;
}

/** The licence that `license` or, in old packages, `licenses` gives: a text, an object or a list of both. */
export function declaredLicence(fields: Fields): { declared: string | null; legacy: boolean } {
  const raw = fields['license'] ?? fields['licence'] ?? fields['licenses'];
  if (!Array.isArray(raw)) return { declared: oneLicence(raw), legacy: isFields(raw) };
  const all = raw.map(oneLicence).filter((text) => text !== null);
  return {
    declared:
      all.length === 0 ? null : all.length === 1 ? (all[0] ?? null) : `(${all.join(' OR ')})`,
    legacy: true,
  };
}

/** The entry as a package of one form. */
export function toPackage({ path, directory, fields }: Entry): Package {
  const isLink = fields['link'] === true;
  const nested = path.split('/').filter((part) => part === 'node_modules').length;
  return {
    path,
    directory,
    name: textOf(fields['name'], nameFromPath(path)),
    version: textOf(fields['version'], isLink ? 'link' : 'no version'),
    kind: isLink ? 'link' : nested === 0 ? 'workspace' : 'package',
    target: isLink ? textOf(fields['resolved'], '') : null,
    ...declaredLicence(fields),
    dev: fields['dev'] === true,
    optional: fields['optional'] === true || fields['devOptional'] === true,
    peer: fields['peer'] === true,
    depth: nested,
    dependencies: [
      ...keysOf(fields['dependencies']),
      ...keysOf(fields['optionalDependencies']),
      ...keysOf(fields['peerDependencies']),
    ],
  };
}
