/** Strongly connected components (Tarjan 1972), without recursion: of graphs, and of spaces of states. */

/**
 * The component of each of `size` places, numbered so that a step leads to the same component or to a
 * smaller number.
 */
export function componentsOf(size: number, next: (place: number) => readonly number[]): number[] {
  const component = Array.from<number>({ length: size }).fill(-1);
  const order = Array.from<number>({ length: size }).fill(-1);
  const low = Array.from<number>({ length: size }).fill(0);
  const open: number[] = [];
  let counted = 0;
  let components = 0;
  for (let root = 0; root < size; root++) {
    if (order[root] !== -1) continue;
    const path: { readonly place: number; readonly next: readonly number[]; read: number }[] = [];
    const enter = (place: number): void => {
      order[place] = low[place] = counted++;
      open.push(place);
      path.push({ place, next: next(place), read: 0 });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { place } = top;
      const value = top.next[top.read++];
      if (value !== undefined) {
        if (order[value] === -1) enter(value);
        else if (component[value] === -1) low[place] = Math.min(low[place] ?? 0, order[value] ?? 0);
        continue;
      }
      path.pop();
      const above = path.at(-1)?.place;
      if (above !== undefined) low[above] = Math.min(low[above] ?? 0, low[place] ?? 0);
      if (low[place] !== order[place]) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component[member] = components;
        if (member === place) break;
      }
      components += 1;
    }
  }
  return component;
}
