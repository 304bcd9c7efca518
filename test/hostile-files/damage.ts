/** Ways of damaging a file: bytes that flip, lines that move, and JSON whose structure is changed. */
import fc from 'fast-check';

/** One way, as numbers and a value: what it does to a file follows from the file. */
export type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number; readonly bytes: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | {
      readonly kind: 'lines';
      readonly from: number;
      readonly to: number;
      readonly isCopied: boolean;
    }
  | {
      readonly kind: 'field';
      readonly line: number;
      readonly path: number;
      readonly value: unknown;
    };

const hostileValue = fc.oneof(
  fc.constantFrom<unknown[]>(
    null,
    true,
    -1,
    0.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    '',
    'p0',
    'p99999999999999999999',
    'e1',
    'e999',
    'epoch:e999',
    '__proto__',
    'constructor',
    'toString',
    '\u0000\u001b[2J',
    'x'.repeat(100_000),
    [],
    [[]],
    [null],
    {},
    { $: 'map' },
    { $: 'bytes', of: 'Uint8Array', base64: '####' },
    { $: 'ref', to: 7 },
    { ref: `sha256-${'0'.repeat(64)}` },
    { ref: '../../../etc/passwd' },
    { lost: 'gone' },
    { type: 'Node' },
    { type: 'InputPort', node: 'constructor', port: '__proto__' },
  ),
  fc.jsonValue(),
);

export const damage: fc.Arbitrary<Damage> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      at: fc.nat(),
      bit: fc.nat({ max: 7 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      at: fc.nat(),
      bytes: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(),
      text: fc.oneof(
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.constant('\n{"__proto__":{}}\n'),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('lines' as const),
      from: fc.nat(),
      to: fc.nat(),
      isCopied: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('field' as const),
      line: fc.nat(),
      path: fc.nat(),
      value: hostileValue,
    }),
  },
);

/** Places within a document: the object or list, and the key. */
function places(document: unknown): [holder: Record<string, unknown>, key: string][] {
  if (typeof document !== 'object' || document === null) return [];
  const holder = document as Record<string, unknown>;
  return Object.entries(holder).flatMap(([key, value]) => [[holder, key], ...places(value)]);
}

function withField(line: string, path: number, value: unknown): string {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return line;
  }
  const all = places(document);
  const [holder, key] = all[path % Math.max(1, all.length)] ?? [];
  if (holder === undefined || key === undefined) return JSON.stringify(value);
  // Now and then a field goes, or moves to a name that no record has.
  if (path % 11 === 0) delete holder[key];
  else
    Object.defineProperty(holder, path % 13 === 0 ? '__proto__' : key, { value, enumerable: true });
  return JSON.stringify(document);
}

/** The bytes of a file, damaged. */
export function damaged(bytes: Buffer, way: Damage): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const lines = (): string[] => copy.toString('utf8').split('\n');
  switch (way.kind) {
    case 'flip': {
      const at = way.at % copy.length;
      copy[at] = (copy[at] ?? 0) ^ (1 << way.bit);
      return copy;
    }
    case 'cut': {
      const at = way.at % copy.length;
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + way.bytes)]);
    }
    case 'insert': {
      const at = way.at % copy.length;
      return Buffer.concat([copy.subarray(0, at), Buffer.from(way.text), copy.subarray(at)]);
    }
    case 'lines': {
      const all = lines();
      const from = way.from % all.length;
      const taken = way.isCopied ? all.slice(from, from + 1) : all.splice(from, 1);
      all.splice(way.to % (all.length + 1), 0, ...taken);
      return Buffer.from(all.join('\n'));
    }
    case 'field': {
      const all = lines();
      const at = way.line % all.length;
      all[at] = withField(all[at] ?? '', way.path, way.value);
      return Buffer.from(all.join('\n'));
    }
  }
}
