/** Whatever is handed in as a definition's text, made sure to be text of a size that is read. */
import { limits } from '../../limits.ts';
import type { TomlProblem } from './tree.ts';

const loneSurrogate = /\p{Surrogate}/u;

function problem(code: string, message: string, hint: string, offset = 0): TomlProblem {
  return { code, message, hint, offset };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text without a byte order mark, or why it is none. */
export function definitionText(input: string | Uint8Array): string | TomlProblem {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (size > limits.definitionBytes) {
    const hint = `At most ${limits.definitionBytes} bytes are read; split the net, or build it in code.`;
    return problem('DEFINITION_TOO_LARGE', `The definition has ${size} bytes`, hint);
  }
  const nul = typeof input === 'string' ? input.indexOf('\0') : input.indexOf(0);
  if (nul >= 0) {
    return problem(
      'DEFINITION_BINARY',
      'This is a binary file: it has NUL characters',
      'Name a TOML file.',
    );
  }
  const text = typeof input === 'string' ? input : decode(input);
  if (text === undefined) {
    return problem(
      'DEFINITION_NOT_UTF8',
      'The bytes are not valid UTF-8',
      'Save the file as UTF-8.',
    );
  }
  const lone = text.search(loneSurrogate);
  if (lone >= 0) {
    return problem(
      'DEFINITION_NOT_UTF8',
      'The text has half a surrogate pair',
      'Remove the broken character.',
      lone,
    );
  }
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
