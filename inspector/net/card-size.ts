/** How large the card of a node is, and where its ports stand on its sides: the same for layout and drawing. */
import type { Measure } from '../layout/measure.ts';
import type { SceneBox, ScenePort } from './folding.ts';

const card = {
  /** The name, then the state in a word with the counts. */
  head: 50,
  portRow: 20,
  foot: 6,
  least: 172,
  most: 280,
} as const;

export interface PlacedPort extends ScenePort {
  readonly side: 'in' | 'out';
  /** From the top of the card to the middle of the port's row. */
  readonly y: number;
}

export interface CardSize {
  readonly width: number;
  readonly height: number;
  readonly ports: readonly PlacedPort[];
}

const titleFont = '600 15px Inter';
const portFont = '450 12.5px Inter';
/** Beside the name: the state's shape, and room at both sides. */
const titleRoom = 44;
/** Beside a port's name: its point, and room; at an input port also its count. */
const portRoom = 18;
const countRoom = 38;

export function cardSize({ title, inPorts, outPorts }: SceneBox, measure: Measure): CardSize {
  const widest = (ports: readonly ScenePort[], room: number): number =>
    Math.max(0, ...ports.map(({ name }) => measure(name, portFont) + room));
  const wanted = Math.max(
    card.least,
    measure(title, titleFont) + titleRoom,
    widest(inPorts, countRoom) + widest(outPorts, portRoom),
  );
  const rows = Math.max(inPorts.length, outPorts.length);
  const place = (side: 'in' | 'out') => (port: ScenePort, row: number) => ({
    ...port,
    side,
    y: card.head + row * card.portRow + card.portRow / 2,
  });
  return {
    width: Math.ceil(Math.min(wanted, card.most)),
    height: card.head + rows * card.portRow + card.foot,
    ports: [...inPorts.map(place('in')), ...outPorts.map(place('out'))],
  };
}
