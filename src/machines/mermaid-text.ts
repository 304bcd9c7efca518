/** Text for Mermaid diagrams: any characters, shown as they are. */

/** `-`, or the mark after a number, that would begin a list at the start of a label. */
const listMark = /^(\s*)([-+*]|\d+[.)])/;

function encode(character: string): string {
  return `#${character.codePointAt(0) ?? 0};`;
}

/**
 * `text` as part of a label. What Mermaid's grammar, its Markdown or HTML would read as something else is
 * written as `#code;`, which is how Mermaid writes characters by number.
 */
export function mermaidText(text: string): string {
  return text
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|[^\p{L}\p{N}_ .,()[\]=!/+'→-]/gu, encode)
    .replace(
      listMark,
      (_all, space: string, mark: string) =>
        `${space}${mark.slice(0, -1)}${encode(mark.slice(-1))}`,
    );
}
