/** Pages of long lists, and previews of values: what every view of the inspector is made with. */

/** A part of a long list: `total` counts what the filter lets through, `items` begin at `offset`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly offset: number;
  readonly total: number;
}

/** A value as JSON-like text, cut. */
export interface ValuePreview {
  /** `string`, `number`, `object`, `array`, `Map`, `Uint8Array`, `Error`, … */
  readonly kind: string;
  /** At most `chars` characters of the request. */
  readonly text: string;
  /** Something was left out of `text`. */
  readonly isCut: boolean;
  /** Bytes of a binary value, characters of a string or of the whole text, items of a list; null where it was not counted to the end. */
  readonly size: number | null;
  readonly unit: 'bytes' | 'chars' | 'items';
  /** Keys were hidden by `inspector_redact`. */
  readonly isRedacted: boolean;
}

/** A packet's value, or why there is none to show. */
export type ValueView =
  | { readonly state: 'shown'; readonly preview: ValuePreview }
  /** Made when the packet is consumed: looking at it does not make it. */
  | { readonly state: 'lazy' }
  /** `gone`: consumed and not kept. `unrecorded`: the history has no values. `unreadable`: `why`. */
  | { readonly state: 'gone' | 'unrecorded' | 'unreadable'; readonly why: string };
