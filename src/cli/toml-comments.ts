/** The comments of a valid text in TOML. */

/** Strings of all four kinds, so that a `#` in them is passed over, or a comment. */
const stringOrComment =
  /"""(?:\\[\s\S]|[^\\])*?"""+|'''[\s\S]*?'''+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|(?<comment>#[^\n]*)/g;

interface Comment {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Where the comments are, in order. */
export function findComments(text: string): readonly Comment[] {
  const comments: Comment[] = [];
  let line = 1;
  let lineStart = 0;
  for (const match of text.matchAll(stringOrComment)) {
    if (match.groups?.['comment'] === undefined) continue;
    for (
      let at = text.indexOf('\n', lineStart);
      at >= 0 && at < match.index;
      at = text.indexOf('\n', lineStart)
    ) {
      line += 1;
      lineStart = at + 1;
    }
    comments.push({ line, column: match.index - lineStart + 1 });
  }
  return comments;
}

/** The text without its comments, and without what they leave behind: blanks at line ends and empty lines. */
export function withoutComments(text: string): string {
  return text
    .replace(stringOrComment, (match, comment: string | undefined) =>
      comment === undefined ? match : '',
    )
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}
