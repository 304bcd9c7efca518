/** Items of the lists that a net's actors are kept in: one that is not there is a bug. */

export function itemAt<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing in place ${index}`);
  return found;
}
