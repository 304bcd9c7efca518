/** Where a person has moved a canvas to, whatever the size of its room: the place in its middle, and how close. */
import { type Codec, numbersField } from '../store/kept-store.ts';
import type { Size, Viewport } from './fit.ts';

export interface Stand {
  /** The place of the drawing that is in the middle of the room. */
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export function standOf({ x, y, zoom }: Viewport, { width, height }: Size): Stand {
  return { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom, zoom };
}

export function viewportOf({ x, y, zoom }: Stand, { width, height }: Size): Viewport {
  return { x: width / 2 - x * zoom, y: height / 2 - y * zoom, zoom };
}

const three = numbersField<readonly [number, number, number]>(3);

/** To the pixel, and the zoom to a thousandth. */
export const standField: Codec<Stand> = {
  write: ({ x, y, zoom }) => three.write([Math.round(x), Math.round(y), Number(zoom.toFixed(3))]),
  read: (text) => {
    const [x, y, zoom] = three.read(text) ?? [0, 0, 0];
    return zoom > 0 ? { x, y, zoom } : undefined;
  },
};
