/** The order of a salvo that ports give one after the other: that of the condition's ports. */
import type { SalvoPackets } from './action.ts';
import type { NodeShape, Take } from './spec.ts';

/**
 * Where in a salvo what one more port gave belongs: in the order of the condition's ports, whose
 * answers may come in another one.
 */
export function placeIn(
  spec: NodeShape,
  takes: readonly Take[],
  salvo: SalvoPackets,
  port: number,
) {
  if (salvo.length === 0) return 0;
  const rank = (name: string) => takes.findIndex((take) => spec.inPorts[take.port]?.name === name);
  const own = rank(spec.inPorts[port]?.name ?? '');
  const at = salvo.findIndex(([name]) => rank(name) > own);
  return at < 0 ? salvo.length : at;
}

export function inserted<T>(list: readonly T[], at: number, more: readonly T[]): readonly T[] {
  if (list.length === 0) return more;
  return at === list.length
    ? list.concat(more)
    : [...list.slice(0, at), ...more, ...list.slice(at)];
}
