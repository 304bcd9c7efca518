/** Import paths: `file#export`, how a definition names a function. */

const importPath = /^[^#\s][^#]*#[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Whether `text` is a file, a `#` and the name of an export. */
export function isImportPath(text: string): boolean {
  return importPath.test(text);
}
