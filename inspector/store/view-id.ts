/** The views of the page, in the order of their tabs and of the keys 1 to 8. */
export const viewIds = [
  'net',
  'statechart',
  'epochs',
  'packets',
  'messages',
  'logs',
  'letters',
  'blocked',
] as const;

export type ViewId = (typeof viewIds)[number];

export function isViewId(text: string): text is ViewId {
  return (viewIds as readonly string[]).includes(text);
}
