/** Names of nodes, ports and conditions. */
import { limits } from '../limits.ts';

const pattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
const reserved: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

/** Why a text is no name; undefined where it is one. */
export function nameProblem(
  text: string,
): { readonly code: string; readonly message: string; readonly hint: string } | undefined {
  if (reserved.has(text)) {
    return {
      code: 'NAME_RESERVED',
      message: `\`${text}\` is reserved`,
      hint: 'Choose another name.',
    };
  }
  if (text.length > limits.nameChars) {
    const hint = `At most ${limits.nameChars} are allowed.`;
    return {
      code: 'NAME_TOO_LONG',
      message: `A name of ${text.length} characters is too long`,
      hint,
    };
  }
  if (pattern.test(text)) return undefined;
  const hint = 'Names have letters, digits and underscores, and do not start with a digit.';
  return { code: 'NAME_INVALID', message: `${JSON.stringify(text)} is not a name`, hint };
}

/** Whether `text` can name a node, a port or a condition. */
export function isName(text: string): boolean {
  return nameProblem(text) === undefined;
}
