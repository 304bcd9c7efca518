/** A canvas goes to where a person has moved it to, or shows all of its drawing; and where it is moved to is kept. */
import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { Store } from '../store/store.ts';
import { type Margins, type Size, type Viewport, fitViewport } from './fit.ts';
import { type Stand, standOf, viewportOf } from './stand.ts';

export interface StandOptions {
  readonly drawing: Size;
  readonly margins: Margins;
  readonly mostZoom: number;
  /** Where it is kept. */
  readonly look: Store<{ readonly stand: Stand | null }>;
  /** Where the canvas is at first, with all of the drawing seen where that is `whole`. */
  readonly first?: (whole: Viewport, room: Size) => Viewport;
}

const asWhole = (whole: Viewport): Viewport => whole;

function isSame(a: Viewport, b: Viewport): boolean {
  return a.x === b.x && a.y === b.y && a.zoom === b.zoom;
}

export function useStand({ drawing, margins, mostZoom, look, first = asWhole }: StandOptions) {
  const { setViewport, getViewport } = useReactFlow();
  const flow = useStoreApi();
  const [isPlaced, setPlaced] = useState(false);
  const fit = useCallback(() => {
    look.set({ stand: null });
    void setViewport(fitViewport(drawing, flow.getState(), margins, mostZoom), { duration: 200 });
  }, [drawing, margins, mostZoom, look, flow, setViewport]);
  const show = useCallback(() => {
    const room = flow.getState();
    const { stand } = look.get();
    const whole = fitViewport(drawing, room, margins, mostZoom);
    const viewport = stand === null ? first(whole, room) : viewportOf(stand, room);
    // The first time the canvas is not there yet: it calls once it is.
    void setViewport(viewport).then((isDone) => {
      if (isDone) setPlaced(true);
    });
  }, [drawing, margins, mostZoom, look, first, flow, setViewport]);
  const latest = useRef(show);
  useLayoutEffect(() => {
    latest.current = show;
    show();
  }, [show]);
  const begin = useCallback(() => latest.current(), []);
  const keep = useCallback(() => {
    if (isPlaced) look.set({ stand: standOf(getViewport(), flow.getState()) });
  }, [look, flow, getViewport, isPlaced]);
  const begun = useRef<Viewport | null>(null);
  return {
    /** All of the drawing is seen. */
    fit,
    keep,
    /** Of the canvas. What the page itself moves, and a click that moves nothing, is no wish of a person. */
    canvas: {
      /** Nothing is seen, or can be clicked, before it is where it stays. */
      className: isPlaced ? 'placed' : 'unplaced',
      onInit: begin,
      onMoveStart: () => {
        begun.current = getViewport();
      },
      onMoveEnd: (event: unknown, viewport: Viewport) => {
        const isMoved = begun.current !== null && !isSame(begun.current, viewport);
        if (event !== null && isMoved) keep();
      },
    },
  };
}
