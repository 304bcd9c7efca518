/** Where packets are, in words, and the parts of the page that a place belongs to. */
import type { Location } from '../../src/machines/action.ts';

/** `Price.order`, `Orders.order → Price.order`, `in e12`, `e12 at order`, `outside`. */
export function placeWords(place: Location): string {
  switch (place.type) {
    case 'OutsideNet':
      return 'outside the net';
    case 'Edge':
      return `${place.from} → ${place.to}`;
    case 'InputPort':
      return `${place.node}.${place.port}`;
    case 'Node':
      return `in ${place.epoch}`;
    case 'OutputPort':
      return `${place.epoch}, output port ${place.port}`;
    default:
      return place satisfies never;
  }
}

/** What kind of place it is, in a word. */
export function placeKind(place: Location): string {
  switch (place.type) {
    case 'OutsideNet':
      return 'outside';
    case 'Edge':
      return 'edge';
    case 'InputPort':
      return 'input port';
    case 'Node':
      return 'epoch';
    case 'OutputPort':
      return 'output port';
    default:
      return place satisfies never;
  }
}

/** The node of an actor's address: `node:A/in:x` is of A; null where it is of none. */
export function nodeOf(actor: string | null): string | null {
  return /^node:(.*?)(?:\/(?:in|out):.*)?$/s.exec(actor ?? '')?.[1] ?? null;
}
