/**
 * What an assignment's function returned, merged into a context of a known shape: by a literal, as long
 * as it returns the same keys as before.
 */
import type { Frame } from './model.ts';
import { type Shape, isLiteralKey, isPlain, merged } from './context-shape.ts';
import { SourceWriter } from './source-writer.ts';

type Make = (context: object, partial: object) => object;

/** Sets of keys that it is prepared for; whoever returns ever new ones is merged key by key. */
const mostKinds = 8;

export class Merge {
  readonly #shape: Shape;
  readonly #shapeWith: (keys: readonly string[]) => Shape | null;
  #keys: readonly string[] | null = null;
  #make: Make | null = null;
  #next: Shape | null = null;
  #kinds = 0;

  constructor(shape: Shape, shapeWith: (keys: readonly string[]) => Shape | null) {
    this.#shape = shape;
    this.#shapeWith = shapeWith;
  }

  /** The merged context; the frame is told its shape. */
  merge(frame: Frame, context: object, partial: object): object {
    if (this.#make === null || !hasKeys(partial, this.#keys ?? [])) {
      if (this.#kinds >= mostKinds || !this.#prepare(partial)) {
        frame.shape = null;
        return merged(context, partial);
      }
    }
    frame.shape = this.#next;
    return (this.#make as unknown as Make)(context, partial);
  }

  /** False where no literal can be made of them. */
  #prepare(partial: unknown): boolean {
    if (typeof partial !== 'object' || partial === null || !isPlain(partial)) return false;
    const keys = Object.keys(partial);
    if (!keys.every(isLiteralKey)) return false;
    const next = this.#shapeWith([...new Set([...this.#shape.keys, ...keys])]);
    if (next === null) return false;
    const writer = new SourceWriter();
    const fields = next.keys.map((key) => {
      const text = JSON.stringify(key);
      return `${text}: ${keys.includes(key) ? 'p' : 'c'}[${text}]`;
    });
    writer.line(`return { ${fields.join(', ')} };`);
    this.#make = writer.finish('c, p') as Make;
    this.#keys = keys;
    this.#next = next;
    this.#kinds += 1;
    return true;
  }
}

function hasKeys(partial: unknown, keys: readonly string[]): boolean {
  if (typeof partial !== 'object' || partial === null) return false;
  let at = 0;
  for (const key in partial) if (key !== keys[at++]) return false;
  return at === keys.length && Object.getPrototypeOf(partial) === Object.prototype;
}
