/**
 * Stores of what a person sets on the page, kept in its address: a link, or a reload, brings them back.
 *
 * K1 a field stands in the address only while it is not what it is at first. K2 what is not understood is as if it
 * were not there.
 */
import { type Store, createStore } from './store.ts';

/** A value as a text of the address; `read` gives undefined for what it does not understand. */
export interface Codec<T> {
  readonly write: (value: T) => string;
  readonly read: (text: string) => T | undefined;
}

export const textField: Codec<string> = { write: (value) => value, read: (text) => text };

export const flagField: Codec<boolean> = {
  write: (value) => (value ? 'yes' : 'no'),
  read: (text) => (text === 'yes' ? true : text === 'no' ? false : undefined),
};

export const numberField: Codec<number> = {
  write: String,
  read: (text) => {
    const value = Number(text);
    return text === '' || !Number.isFinite(value) ? undefined : value;
  },
};

/** One of a few words. */
export function wordField<T extends string>(words: readonly T[]): Codec<T> {
  return { write: (value) => value, read: (text) => words.find((word) => word === text) };
}

/** Null is written as `-`; a text that begins so has another before it. */
export function orNull<T>({ write, read }: Codec<T>): Codec<T | null> {
  return {
    write: (value) => {
      if (value === null) return '-';
      const text = write(value);
      return text.startsWith('-') ? `-${text}` : text;
    },
    read: (text) => {
      if (text === '-') return null;
      return read(text.startsWith('--') ? text.slice(1) : text);
    },
  };
}

/** A list of words, in their order; none is written as an empty text. */
export function listField<T extends string>(
  isOne: (word: string) => word is T,
): Codec<readonly T[]> {
  return {
    write: (value) => value.map((each) => encodeURIComponent(each)).join(','),
    read: (text) => {
      if (text === '') return [];
      const words = text.split(',').map(decoded);
      return words.every((word) => word !== undefined && isOne(word)) ? words : undefined;
    },
  };
}

/** So many numbers. */
export function numbersField<T extends readonly number[]>(length: T['length']): Codec<T> {
  return {
    write: (value) => value.join(','),
    read: (text) => {
      const numbers = text.split(',').map((each) => numberField.read(each));
      const isWhole = numbers.length === length && !numbers.includes(undefined);
      return isWhole ? (numbers as unknown as T) : undefined;
    },
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A part of what the page shows, as fields of its address. */
export interface Kept {
  /** Those that are not as they are at first. */
  readonly fields: () => readonly (readonly [name: string, text: string])[];
  readonly take: (fields: URLSearchParams) => void;
  /** Another run is shown: what belonged to the one before is as it is at first. */
  readonly forgetRun: () => void;
  readonly subscribe: (listener: () => void) => () => void;
}

const all: Kept[] = [];

/** All stores that are kept, in the order in which they were made. */
export const keptStores: readonly Kept[] = all;

export interface KeptOptions<T> {
  /** Stands before the names of its fields: `epochs.text`. */
  readonly name: string;
  readonly first: T;
  readonly codecs: { readonly [K in keyof T]: Codec<T[K]> };
  /** Fields that say something of one run only. */
  readonly ofRun: readonly (keyof T)[];
}

/** A store whose fields stand in the address of the page. */
export function createKeptStore<T extends object>(options: KeptOptions<T>): Store<T> {
  const { name, first, codecs, ofRun } = options;
  const store = createStore(first);
  const keys = Object.keys(first) as (keyof T & string)[];
  const written = (key: keyof T & string, value: T): string => codecs[key].write(value[key]);
  all.push({
    fields: () =>
      keys
        .filter((key) => written(key, store.get()) !== written(key, first))
        .map((key) => [`${name}.${key}`, written(key, store.get())] as const),
    take: (fields) => {
      const read = { ...first };
      for (const key of keys) {
        const text = fields.get(`${name}.${key}`);
        const value = text === null ? undefined : codecs[key].read(text);
        if (value !== undefined) read[key] = value;
        // What has not changed stays the same object.
        if (written(key, read) === written(key, store.get())) read[key] = store.get()[key];
      }
      store.set(read);
    },
    forgetRun: () => {
      store.set(Object.fromEntries(ofRun.map((key) => [key, first[key]])) as Partial<T>);
    },
    subscribe: store.subscribe,
  });
  return store;
}
