/**
 * The keys of a context, known beforehand: such contexts are made by literals, all of one hidden class.
 *
 * X1 A shape is only said of a context whose own keys are exactly these, in this order, and none else.
 */
export class Shape {
  readonly keys: readonly string[];
  /** Makes a literal of the keys; given by the one who generates code. */
  readonly copy: (context: object) => object;
  readonly #places: ReadonlyMap<string, number>;

  constructor(keys: readonly string[], copy: (context: object) => object) {
    this.keys = keys;
    this.copy = copy;
    this.#places = new Map(keys.map((key, at) => [key, at]));
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  fits(context: unknown): boolean {
    if (typeof context !== 'object' || context === null) return false;
    const { keys } = this;
    let at = 0;
    for (const key in context) if (key !== keys[at++]) return false;
    return at === keys.length && isPlain(context);
  }
}

/** Whether everything that is copied of it is found by `for in`. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype && Object.getOwnPropertySymbols(value).length === 0;
}

/** Whether a literal can have this key as it is: `__proto__` would be something else, numbers come first. */
export function isLiteralKey(key: string): boolean {
  return key !== '__proto__' && !/^(?:0|[1-9]\d*)$/.test(key);
}

/**
 * What `Object.assign({}, context, partial)` gives. A spread keeps the hidden class of the context, where
 * properties that are assigned to an empty object, some twenty of them, become a dictionary.
 */
export function merged(context: unknown, partial: unknown): object {
  const odd = Object.hasOwn(Object(context) as object, '__proto__');
  return Object.assign(odd ? Object.assign({}, context) : { ...(context as object) }, partial);
}
