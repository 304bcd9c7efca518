/**
 * Any value in a form that JSON can write.
 *
 * Dates become ISO text, big integers and numbers that are none their text, Map a list of pairs, Set and
 * typed arrays lists, bytes base64 text, errors their name and message; what has no form at all
 * (functions, symbols, a value within itself) becomes text in brackets. Never throws.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Nesting from which on values are not looked into. */
const maxDepth = 200;

class Converter {
  readonly #above = new Set<object>();

  convert(value: unknown): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'bigint':
        return String(value);
      case 'undefined':
        return null;
      case 'symbol':
        return `[${String(value)}]`;
      case 'function':
        return `[function ${value.name}]`;
      default:
        return value === null ? null : this.#object(value as object);
    }
  }

  #object(value: object): Json {
    if (this.#above.has(value)) return '[a value within itself]';
    if (this.#above.size >= maxDepth) return '[nested too deep]';
    this.#above.add(value);
    try {
      return this.#known(value) ?? this.#entries(value);
    } catch (error) {
      return `[a value that cannot be read: ${error instanceof Error ? error.message : 'it threw'}]`;
    } finally {
      this.#above.delete(value);
    }
  }

  #known(value: object): Json | undefined {
    if (Array.isArray(value)) return value.map((item) => this.convert(item));
    if (value instanceof Date)
      return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof Map)
      return [...value].map(([key, item]) => [this.convert(key), this.convert(item)]);
    if (value instanceof Set) return [...value].map((item) => this.convert(item));
    if (value instanceof Error) return { name: value.name, message: value.message };
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
    if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
      return [...(value as unknown as Iterable<unknown>)].map((item) => this.convert(item));
    }
    if ('toJSON' in value && typeof value.toJSON === 'function')
      return this.convert((value as { toJSON: () => unknown }).toJSON());
    return undefined;
  }

  #entries(value: object): Json {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.convert(item)]));
  }
}

export function jsonValue(value: unknown): Json {
  return new Converter().convert(value);
}
