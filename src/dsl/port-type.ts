/**
 * What a port's values must be: the types as TypeScript sees them, as text, and the check of a value.
 *
 * A check never changes a value: a schema with a transform, a coercion or a default judges the value,
 * and what goes on is the value as it was sent. So a port's static type is its schema's *input* type.
 */
import { z } from 'zod';
import { NetrunError } from '../errors.ts';
import type { PortClass, PortType } from './definition.ts';
import { isImportPath } from './import-path.ts';

/** Names of types and what they stand for. Any other name is that of a class, or an import path. */
interface NamedTypes {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly object: object;
  readonly array: readonly unknown[];
  readonly date: Date;
  readonly bytes: Uint8Array;
}

/** The values of a port of type `T`; `unknown` where only a class's name or an import path is given. */
export type PortValue<T> = T extends z.ZodType
  ? z.input<T>
  : T extends keyof NamedTypes
    ? NamedTypes[T]
    : T extends abstract new (...args: never) => infer Instance
      ? Instance
      : T extends { readonly class: infer Class extends PortClass }
        ? PortValue<Class>
        : unknown;

/** Whether nothing is known of `T`'s values before the net runs: a class by its name, an import path. */
type IsOpen<T> = T extends string
  ? T extends keyof NamedTypes
    ? false
    : true
  : T extends { readonly class: string }
    ? true
    : false;

/**
 * Whether what a port of type `From` sends is what a port of type `To` takes. Where one of them is
 * known by name only, the check at run time decides.
 */
export type TypeFits<From, To> = true extends IsOpen<From> | IsOpen<To>
  ? true
  : [PortValue<From>] extends [PortValue<To>]
    ? true
    : false;

const named: Readonly<Record<keyof NamedTypes, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  date: (value) => value instanceof Date,
  bytes: (value) => value instanceof Uint8Array,
};

function isNamed(name: string): name is keyof NamedTypes {
  return Object.hasOwn(named, name);
}

function isSchema(type: object): type is z.ZodType {
  return '_zod' in type;
}

const shownChars = 40;
const shownParts = 8;
const shownDepth = 3;

function shorten(parts: readonly string[], separator: string): string {
  return parts.length <= shownParts
    ? parts.join(separator)
    : [...parts.slice(0, shownParts), '…'].join(separator);
}

function describeObject(shape: z.core.$ZodShape, depth: number): string {
  const parts = Object.entries(shape).map(([key, schema]) => {
    const optional = schema._zod.optin === 'optional';
    return `${key}${optional ? '?' : ''}: ${describeSchema(schema, depth - 1)}`;
  });
  return parts.length === 0 ? '{}' : `{ ${shorten(parts, ', ')} }`;
}

/** A schema in the notation of TypeScript, cut short where it is deep or long. */
function describeSchema(schema: z.core.$ZodType, depth: number): string {
  const description = z.globalRegistry.get(schema)?.description;
  if (description !== undefined) return description;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (depth === 0) return def.type;
  switch (def.type) {
    case 'object':
      return describeObject(def.shape, depth);
    case 'array':
      return `Array<${describeSchema(def.element, depth - 1)}>`;
    case 'union':
      return shorten(
        def.options.map((option) => describeSchema(option, depth)),
        ' | ',
      );
    case 'enum':
      return shorten(
        Object.values(def.entries).map((value) => JSON.stringify(value)),
        ' | ',
      );
    case 'literal':
      return shorten(
        def.values.map((value) =>
          typeof value === 'string' ? JSON.stringify(value) : String(value),
        ),
        ' | ',
      );
    case 'nullable':
      return `${describeSchema(def.innerType, depth)} | null`;
    case 'optional':
    case 'default':
    case 'prefault':
    case 'readonly':
      return describeSchema(def.innerType, depth);
    case 'pipe':
      return describeSchema(def.in, depth);
    default:
      return def.type;
  }
}

function className(of: string | PortClass): string {
  return typeof of === 'string' ? of : of.name || 'a class without a name';
}

/** A port type as people write it: `number`, `{ id: string, tags?: Array<string> }`, `Order`, `exactly Order`. */
export function describePortType(type: PortType): string {
  if (typeof type === 'string') return type;
  if (typeof type === 'function') return className(type);
  if (isSchema(type)) return describeSchema(type, shownDepth);
  return `${type.exact ? 'exactly ' : ''}${className(type.class)}`;
}

function prototypeOf(value: unknown): object | null {
  if (value === null || value === undefined) return null;
  return Object.getPrototypeOf(value) as object | null;
}

function constructorOf(prototype: object | null): unknown {
  return prototype === null ? undefined : Reflect.get(prototype, 'constructor');
}

/** What a value is, in few words: `null`, `string "abc"`, `array of 3`, `Order`. */
function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    return `string ${JSON.stringify(value.length > shownChars ? `${value.slice(0, shownChars)}…` : value)}`;
  }
  if (typeof value === 'function') return 'function';
  if (typeof value === 'symbol') return 'symbol';
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (typeof value !== 'object')
    return `${typeof value} ${(value as number | bigint | boolean).toString()}`;
  const made = constructorOf(prototypeOf(value));
  return typeof made === 'function' && made !== Object && made.name !== '' ? made.name : 'object';
}

/** Why a value does not fit. */
export interface TypeMismatch {
  /** What should have been at `path`. */
  readonly expected: string;
  /** What is at `path`. */
  readonly actual: string;
  /** Where in the value, as zod tells it; empty for the value itself. */
  readonly path: readonly PropertyKey[];
}

function isInstance(of: string | PortClass, exact: boolean, value: unknown): boolean {
  if (typeof of !== 'string' && !exact) return value instanceof of;
  const matches = (prototype: object | null): boolean => {
    const made = constructorOf(prototype);
    return typeof of === 'string' ? typeof made === 'function' && made.name === of : made === of;
  };
  let prototype = prototypeOf(value);
  if (exact) return matches(prototype);
  while (prototype !== null) {
    if (matches(prototype)) return true;
    prototype = prototypeOf(prototype);
  }
  return false;
}

function partAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let part = value;
  for (const key of path) {
    if (part instanceof Map) part = part.get(key);
    else if (typeof part === 'object' && part !== null) part = Reflect.get(part, key);
    else return undefined;
  }
  return part;
}

function checkSchema(schema: z.ZodType, value: unknown): TypeMismatch | null {
  let result: ReturnType<typeof schema.safeParse>;
  try {
    result = z.safeParse(schema, value);
  } catch (cause) {
    if (!(cause instanceof z.core.$ZodAsyncError)) throw cause;
    throw new NetrunError('PORT_TYPE_ASYNC', 'The schema of a port checks asynchronously', {
      hint: 'Use a schema without asynchronous refinements and transforms; do such checks in a node.',
      cause,
    });
  }
  if (result.success) return null;
  const issue = result.error.issues[0];
  if (issue === undefined) return mismatch(schema, value);
  const expected =
    issue.code === 'invalid_type'
      ? issue.expected
      : `${issue.path.length === 0 ? describeSchema(schema, shownDepth) : 'another value'} (${issue.message})`;
  return { expected, actual: describeValue(partAt(value, issue.path)), path: issue.path };
}

function mismatch(type: PortType, value: unknown): TypeMismatch {
  return { expected: describePortType(type), actual: describeValue(value), path: [] };
}

/**
 * Whether `value` is of `type`: null, or what does not fit. The value is never changed.
 *
 * A class takes its subclasses too unless it is `exact`; a class's name is compared with those of the
 * value's constructors. Throws NetrunError `PORT_TYPE_UNRESOLVED` for an import path, which has to be
 * resolved first, and `PORT_TYPE_ASYNC` for a schema that checks asynchronously.
 */
export function checkPortType(type: PortType, value: unknown): TypeMismatch | null {
  if (typeof type === 'string') {
    if (isNamed(type)) return named[type](value) ? null : mismatch(type, value);
    if (isImportPath(type)) {
      throw new NetrunError('PORT_TYPE_UNRESOLVED', `The port type ${type} was not imported`, {
        hint: 'Import the schema and check with that.',
      });
    }
    return isInstance(type, false, value) ? null : mismatch(type, value);
  }
  if (typeof type === 'function')
    return isInstance(type, false, value) ? null : mismatch(type, value);
  if (isSchema(type)) return checkSchema(type, value);
  return isInstance(type.class, type.exact, value) ? null : mismatch(type, value);
}
