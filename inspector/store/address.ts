/** What the page shows, as the part of its address after `#`: a link reopens the same view. */
import { type ViewId, isViewId } from './view-id.ts';

export interface Place {
  readonly view: ViewId;
  /** The instant shown; null = the newest, followed. */
  readonly at: number | null;
  /** `net`, `node:A`, `node:A/in:x`, `node:A/out:y`, `epoch:e12`. */
  readonly actor: string | null;
  readonly epoch: string | null;
  readonly packet: string | null;
  /** A dead letter. */
  readonly letter: string | null;
}

export const firstPlace: Place = {
  view: 'net',
  at: null,
  actor: null,
  epoch: null,
  packet: null,
  letter: null,
};

/** Reads what stands after the `#`; what is not understood is as if it were not there. */
export function readPlace(hash: string): Place {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const view = fields.get('view') ?? '';
  const at = /^\d{1,15}$/.test(fields.get('at') ?? '') ? Number(fields.get('at')) : null;
  return {
    view: isViewId(view) ? view : firstPlace.view,
    at,
    actor: fields.get('actor'),
    epoch: fields.get('epoch'),
    packet: fields.get('packet'),
    letter: fields.get('letter'),
  };
}

/** `#view=epochs&at=120`, and what else is shown, by name. */
export function writePlace(
  place: Place,
  more: readonly (readonly [name: string, text: string])[] = [],
): string {
  const fields = [...Object.entries(place).filter(([, value]) => value !== null), ...more].map(
    ([key, value]) => `${key}=${encodeURIComponent(String(value)).replaceAll('%3A', ':')}`,
  );
  return `#${fields.join('&')}`;
}
