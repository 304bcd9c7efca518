/** Where the canvas has to stand for all of a drawing to be seen. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels at the edges of the canvas that are kept free. */
export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly side: number;
}

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** The place in the middle of the room, at this zoom, as far as no more than the margins beside the drawing is seen. */
export function nearViewport(
  place: { readonly x: number; readonly y: number },
  zoom: number,
  drawing: Size,
  { room, margins }: { readonly room: Size; readonly margins: Margins },
): Viewport {
  const along = (at: number, size: number, length: number, before: number, after: number) => {
    const free = length - before - after - size * zoom;
    if (free >= 0) return before + free / 2;
    return Math.min(before, Math.max(before + free, length / 2 - at * zoom));
  };
  const { side, top, bottom } = margins;
  return {
    x: along(place.x, drawing.width, room.width, side, side),
    y: along(place.y, drawing.height, room.height, top, bottom),
    zoom,
  };
}

/** The drawing in the middle of the room between the margins, as large as it can be, up to `most`. */
export function fitViewport(drawing: Size, room: Size, margins: Margins, most: number): Viewport {
  const width = Math.max(1, room.width - 2 * margins.side);
  const height = Math.max(1, room.height - margins.top - margins.bottom);
  const zoom = Math.min(
    width / Math.max(1, drawing.width),
    height / Math.max(1, drawing.height),
    most,
  );
  return {
    x: margins.side + (width - drawing.width * zoom) / 2,
    y: margins.top + (height - drawing.height * zoom) / 2,
    zoom,
  };
}
