/**
 * The classes whose instances survive being written down, by the names that stand in their place.
 *
 * Owns: which class has which name, in this process. C1 a name stands for one class, and a class has one
 * name. C2 only what was registered here is ever called for something that was read: no text names code.
 */
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';

/** How instances of a class are written down, and made again. */
export interface ClassCodec<T extends object, Data> {
  readonly class: abstract new (...args: never) => T;
  /** What an instance is made of: anything that values may hold. */
  encode(instance: T): Data;
  /** The instance again. It may trust nothing: what it is given was read from a file. */
  decode(data: Data): T;
}

/** A class of any instances. */
export interface RegisteredClass {
  readonly name: string;
  readonly prototype: object;
  encode(instance: object): unknown;
  decode(data: unknown): unknown;
}

const byName = new Map<string, RegisteredClass>();
const byPrototype = new Map<object, RegisteredClass>();

const nameForm = /^[\p{L}_$][\p{L}\p{N}_$.:/@-]*$/u;

/** Classes whose instances are kept without being registered. */
const ownClasses: ReadonlySet<unknown> = new Set([
  Object,
  Array,
  Map,
  Set,
  Date,
  RegExp,
  URL,
  Error,
  Function,
  Promise,
]);

function invalid(message: string, hint: string): NetrunError {
  return new NetrunError('CLASS_INVALID', message, { hint });
}

function taken(message: string): NetrunError {
  return new NetrunError('CLASS_REGISTERED', message, {
    hint: 'Register each class once, under a name of its own; what registerClass gives back takes a registration back.',
  });
}

/**
 * Instances of the class, of itself and not of those that extend it, are written by `encode` and read by
 * `decode` from now on, in all nets of the process and in all that reads their files. Gives back what takes the
 * registration back. Throws `CLASS_INVALID`, and `CLASS_REGISTERED` where the name or the class is taken.
 *
 * ```ts
 * registerClass('Money', {
 *   class: Money,
 *   encode: ({ cents, currency }) => ({ cents, currency }),
 *   decode: ({ cents, currency }) => new Money(cents, currency),
 * });
 * ```
 */
export function registerClass<T extends object, Data>(
  name: string,
  codec: ClassCodec<T, Data>,
): () => void {
  const told = typeof name === 'string' ? JSON.stringify(name) : typeof name;
  if (typeof name !== 'string' || name.length > limits.nameChars || !nameForm.test(name))
    throw invalid(`${told} cannot be the name of a class`, 'Give a name such as "Money".');
  const given = codec as Partial<ClassCodec<T, Data>> | null;
  const made: unknown = given?.class;
  const prototype: unknown = typeof made === 'function' ? made.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null)
    throw invalid(`what is to be registered as ${told} is no class`, 'Give the class itself.');
  if (ownClasses.has(made))
    throw invalid(`${told}: its values are kept as they are`, 'Register classes of your own.');
  if (typeof given?.encode !== 'function' || typeof given.decode !== 'function')
    throw invalid(`${told} lacks encode or decode`, 'Give both, as functions.');
  if (byName.has(name)) throw taken(`there is a class called ${told}`);
  const other = byPrototype.get(prototype);
  if (other !== undefined)
    throw taken(`the class that is to be ${told} is called ${JSON.stringify(other.name)}`);
  const registered: RegisteredClass = {
    name,
    prototype,
    encode: (instance) => codec.encode(instance as T),
    decode: (data) => codec.decode(data as Data),
  };
  byName.set(name, registered);
  byPrototype.set(prototype, registered);
  return () => {
    if (byName.get(name) !== registered) return;
    byName.delete(name);
    byPrototype.delete(prototype);
  };
}

/** The class that the object is an instance of, not of one that it extends; undefined where it is not registered. */
export function registeredClassOf(value: object): RegisteredClass | undefined {
  if (byPrototype.size === 0) return undefined;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null ? undefined : byPrototype.get(prototype);
}

export function registeredClass(name: string): RegisteredClass | undefined {
  return byName.get(name);
}
