/** Names and places as small numbers, and back: what occurs in every event is kept once. */
import type { EpochId, Location } from '../../machines/action.ts';

/** A place without its epoch. */
type Shape =
  | { readonly type: 'OutsideNet' | 'Node' }
  | { readonly type: 'OutputPort'; readonly port: string }
  | { readonly type: 'Edge'; readonly from: string; readonly to: string }
  | { readonly type: 'InputPort'; readonly node: string; readonly port: string };

/** The codes of the places that have one name in common, by the other: of the first that came, and of further ones. */
interface Codes {
  readonly second: string;
  readonly code: number;
  others: Map<string, number> | null;
}

type Places = Map<string, Codes>;

export class Interner {
  readonly #names: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #shapes: Shape[] = [];
  /** Of places of one type: by one name, then by the other. */
  readonly #places = { OutputPort: places(), Edge: places(), InputPort: places() };
  /** The codes of places without a name; -1 = not seen yet. */
  #outside = -1;
  #inEpoch = -1;

  name(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.#names.length;
      this.#codes.set(text, code);
      this.#names.push(text);
    }
    return code;
  }

  nameOf(code: number): string {
    return this.#names[code] ?? '';
  }

  /** The code of a place that has no epoch. */
  place(place: Exclude<Location, { readonly epoch: EpochId }>): number {
    switch (place.type) {
      case 'Edge':
        return this.#place(this.#places.Edge, place.from, place.to, place);
      case 'InputPort':
        return this.#place(this.#places.InputPort, place.node, place.port, place);
      case 'OutsideNet':
        if (this.#outside < 0) this.#outside = this.#keep(place);
        return this.#outside;
    }
  }

  /** The code of a place in an epoch, which stands beside it. */
  inEpoch(place: Extract<Location, { readonly type: 'Node' }>): number {
    if (this.#inEpoch < 0) this.#inEpoch = this.#keep(place);
    return this.#inEpoch;
  }

  /** The code of a place in an output port, whose epoch stands beside it. */
  outputPort(place: Extract<Location, { readonly type: 'OutputPort' }>): number {
    return this.#place(this.#places.OutputPort, place.port, '', place);
  }

  /** The place of a code; `epoch` gives its epoch, where it has one. */
  placeOf(code: number, epoch: () => EpochId): Location {
    const shape = this.#shapes[code];
    switch (shape?.type) {
      case undefined:
        throw new Error(`no place ${code}`);
      case 'Node':
        return { type: 'Node', epoch: epoch() };
      case 'OutputPort':
        return { type: 'OutputPort', epoch: epoch(), port: shape.port };
      default:
        return shape as Location;
    }
  }

  #place(known: Places, first: string, second: string, place: Location): number {
    const codes = known.get(first);
    if (codes?.second === second) return codes.code;
    if (codes !== undefined) return this.#further(codes, second, place);
    const code = this.#keep(place);
    known.set(first, { second, code, others: null });
    return code;
  }

  #further(codes: Codes, second: string, place: Location): number {
    codes.others ??= new Map();
    let code = codes.others.get(second);
    if (code === undefined) codes.others.set(second, (code = this.#keep(place)));
    return code;
  }

  #keep(place: Location): number {
    const shape: Shape =
      place.type === 'OutputPort'
        ? { type: 'OutputPort', port: place.port }
        : place.type === 'Node'
          ? { type: 'Node' }
          : place;
    return this.#shapes.push(shape) - 1;
  }
}

const places = (): Places => new Map();
