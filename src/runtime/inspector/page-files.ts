/**
 * The files of the inspector's page, as they are served.
 *
 * F1 what can be asked for is what the folder had when it was read: a path is looked up among these, and never
 * made into one of the file system.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NetrunError } from '../../errors.ts';
import { packageFolder } from '../package-folder.ts';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
};

export interface PageFile {
  readonly file: string;
  readonly type: string;
  /** Its name changes with what is in it. */
  readonly isNamedByContent: boolean;
}

/** The folder of the built page. Throws `INSPECTOR_PAGE_MISSING`. */
export function pageFolder(): string {
  const folder = join(packageFolder(), 'dist', 'inspector');
  if (existsSync(join(folder, 'index.html'))) return folder;
  throw new NetrunError('INSPECTOR_PAGE_MISSING', 'the page of the inspector is not there', {
    hint: 'Install the package again; in its own repository: npm run build.',
  });
}

/** The files of a page by the path that they are asked for by; the page itself is `/`. */
export function pageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(join(folder, '/').length).replaceAll('\\', '/');
    const type = types[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    const isNamedByContent = path.startsWith('assets/');
    files.set(path === 'index.html' ? '/' : `/${path}`, { file, type, isNamedByContent });
  }
  return files;
}
