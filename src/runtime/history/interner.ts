/** Names and places as small numbers, and back: what occurs in every event is kept once. */
import type { EpochId, Location } from '../../machines/action.ts';

/** A place without its epoch. */
type Shape =
  | { readonly type: 'OutsideNet' | 'Node' }
  | { readonly type: 'OutputPort'; readonly port: string }
  | { readonly type: 'Edge'; readonly from: string; readonly to: string }
  | { readonly type: 'InputPort'; readonly node: string; readonly port: string };

export class Interner {
  readonly #names: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #shapes: Shape[] = [];
  /** By type, then by one name, then by the other. */
  readonly #places = new Map<string, Map<string, Map<string, number>>>();

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

  /** The code of a place; its epoch, where it has one, stands beside it. */
  place(place: Location): number {
    switch (place.type) {
      case 'OutsideNet':
      case 'Node':
        return this.#place(place.type, '', '', place);
      case 'OutputPort':
        return this.#place(place.type, place.port, '', place);
      case 'Edge':
        return this.#place(place.type, place.from, place.to, place);
      case 'InputPort':
        return this.#place(place.type, place.node, place.port, place);
    }
  }

  placeOf(code: number, epoch: EpochId): Location {
    const shape = this.#shapes[code];
    switch (shape?.type) {
      case undefined:
        throw new Error(`no place ${code}`);
      case 'Node':
        return { type: 'Node', epoch };
      case 'OutputPort':
        return { type: 'OutputPort', epoch, port: shape.port };
      default:
        return shape as Location;
    }
  }

  #place(type: string, first: string, second: string, place: Location): number {
    let byFirst = this.#places.get(type);
    if (byFirst === undefined)
      this.#places.set(type, (byFirst = new Map<string, Map<string, number>>()));
    let bySecond = byFirst.get(first);
    if (bySecond === undefined) byFirst.set(first, (bySecond = new Map<string, number>()));
    let code = bySecond.get(second);
    if (code === undefined) {
      code = this.#shapes.length;
      bySecond.set(second, code);
      this.#shapes.push(
        place.type === 'OutputPort' ? { type: 'OutputPort', port: place.port } : place,
      );
    }
    return code;
  }
}
