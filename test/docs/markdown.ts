/** The fenced blocks of a Markdown text: what they are written in, what their info string asks for, and what follows. */

export interface Block {
  /** First word of the info string: `ts`, `toml`, `sh`, … or empty. */
  readonly language: string;
  /** The other words of the info string: `run`, `no-run`, `flow`. */
  readonly words: ReadonlySet<string>;
  /** The file this block is, from `file=NAME` in the info string. */
  readonly file?: string;
  /** What is between the fences, with a newline at the end. */
  readonly text: string;
  /** Line of the first line of text, from 1. */
  readonly line: number;
  /** The nearest heading above. */
  readonly heading: string;
  /** What the block prints: the text of a `text` block that comes next, with nothing but prose between. */
  readonly output?: string;
}

const fence = /^( {0,3})(`{3,}|~{3,})\s*([^`]*)$/;

/** All fenced blocks, in order. An unclosed fence ends with the text. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split('\n');
  let heading = '';
  for (let at = 0; at < lines.length; at++) {
    const content = lines[at] ?? '';
    heading = /^#{1,6}\s+(.+?)\s*#*$/.exec(content)?.[1] ?? heading;
    const open = fence.exec(content);
    if (open === null) continue;
    const [, indent = '', mark = '', info = ''] = open;
    const start = at + 1;
    do at++;
    while (at < lines.length && !(lines[at] ?? '').trim().startsWith(mark));
    const body = lines.slice(start, at).map((one) => one.slice(indent.length));
    blocks.push({ ...readInfo(info), text: `${body.join('\n')}\n`, line: start + 1, heading });
  }
  return blocks.map((block, index) => {
    const next = blocks[index + 1];
    return next?.language === 'text' && block.language !== 'text' && next.heading === block.heading
      ? { ...block, output: next.text }
      : block;
  });
}

function readInfo(info: string): Pick<Block, 'language' | 'words' | 'file'> {
  const [language = '', ...rest] = info.trim().split(/\s+/);
  const file = rest.find((word) => word.startsWith('file='))?.slice('file='.length);
  const words = new Set(rest.filter((word) => !word.startsWith('file=')));
  return { language, words, ...(file === undefined ? {} : { file }) };
}
