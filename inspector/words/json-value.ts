/** A value that somebody writes down, as JSON. */

/** The value, or what is wrong with the text. */
export function readValue(
  text: string,
): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: `${message}. Strings stand in double quotes.` };
  }
}
