/** Classes that are registered: their instances survive; nothing that a file names is run. */
import { afterEach, describe, expect, it } from 'vitest';
import { type ClassCodec, registerClass } from '../../../src/runtime/values/class-registry.ts';
import { recordable } from '../../../src/runtime/epochs/recordable.ts';
import { ValueDecoder } from '../../../src/runtime/values/value-decoding.ts';
import { ValueEncoder } from '../../../src/runtime/values/value-encoding.ts';

class Money {
  readonly #cents: number;

  constructor(cents: number) {
    this.#cents = cents;
  }

  get cents(): number {
    return this.#cents;
  }
}

class Holder {
  held: unknown;
}

class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly rule: string;

  constructor(rule: string) {
    super(`against ${rule}`);
    this.rule = rule;
  }
}

const undone: (() => void)[] = [];
afterEach(() => {
  for (const undo of undone.splice(0)) undo();
});

function register<T extends object, Data>(name: string, codec: ClassCodec<T, Data>): void {
  undone.push(registerClass(name, codec));
}

const money: ClassCodec<Money, unknown> = {
  class: Money,
  encode: ({ cents }) => cents,
  decode: (cents) => {
    if (typeof cents !== 'number') throw new TypeError('no cents');
    return new Money(cents);
  },
};

function written(value: unknown): { text: string; losses: ValueEncoder['losses'] } {
  const encoder = new ValueEncoder();
  return { text: JSON.stringify(encoder.encode(value, 'v')), losses: encoder.losses };
}

const readText = (text: string): unknown => new ValueDecoder().decode(JSON.parse(text));
const refused = (why: RegExp): unknown =>
  expect.objectContaining({
    name: 'ValueUnreadable',
    message: expect.stringMatching(why) as string,
  });

describe('instances of a registered class', () => {
  it('survive with what is private to them, wherever they stand, and one stays one', () => {
    register('Money', money);
    const five = new Money(5);
    const { text, losses } = written({ a: five, map: new Map([[five, [five]]]) });
    const read = readText(text) as { a: Money; map: Map<Money, Money[]> };
    expect(losses).toEqual([]);
    expect(read.a).toBeInstanceOf(Money);
    expect(read.a.cents).toBe(5);
    expect(read.map.get(read.a)?.[0]).toBe(read.a);
  });

  it('keep errors of their own class, with what they know', () => {
    register('Refusal', {
      class: Refusal,
      encode: ({ rule }) => rule,
      decode: (rule: string) => new Refusal(rule),
    });
    const read = readText(written(new Error('outer', { cause: new Refusal('7b') })).text) as Error;
    expect(read.cause).toBeInstanceOf(Refusal);
    expect(read.cause).toMatchObject({ rule: '7b', message: 'against 7b' });
  });

  it('may hold one another and anything else that can be kept', () => {
    register('Money', money);
    register('Holder', {
      class: Holder,
      encode: ({ held }) => [held],
      decode: ([held]: unknown[]) => Object.assign(new Holder(), { held }),
    });
    const outer = Object.assign(new Holder(), { held: { deep: new Map([[1n, new Money(3)]]) } });
    const read = readText(written(outer).text) as { held: { deep: Map<bigint, Money> } };
    expect(read.held.deep.get(1n)?.cents).toBe(3);
  });

  it('that hold themselves cannot be kept, and that is noted', () => {
    register('Holder', {
      class: Holder,
      encode: ({ held }) => ({ held }),
      decode: ({ held }) => Object.assign(new Holder(), { held }),
    });
    const ring = new Holder();
    ring.held = [ring];
    expect(written(ring).losses).toEqual([
      { path: 'v.held[0]', kind: 'unstorable', what: 'the instance that it is within' },
    ]);
  });

  it('whose encode throws are noted with what it threw', () => {
    register('Holder', {
      class: Holder,
      encode: () => {
        throw new Error('sealed');
      },
      decode: () => new Holder(),
    });
    expect(written([new Holder()]).losses).toEqual([
      { path: 'v[0]', kind: 'unstorable', what: 'it cannot be read: sealed' },
    ]);
  });

  it('of a class that extends it are not taken for its own', () => {
    register('Money', money);
    class Gold extends Money {}
    expect(written(new Gold(1)).losses).toEqual([{ path: 'v', kind: 'instance', what: 'Gold' }]);
  });

  it('are copies of their own class where the history keeps them', () => {
    register('Money', money);
    const five = new Money(5);
    const copy = recordable({ five }) as { five: Money };
    expect(copy.five).not.toBe(five);
    expect(copy.five.cents).toBe(5);
  });
});

describe('reading an instance', () => {
  it('of a class that is not registered is refused by its name', () => {
    register('Money', money);
    const { text } = written(new Money(1));
    for (const undo of undone.splice(0)) undo();
    expect(() => readText(text)).toThrow(refused(/^the class Money is not registered$/));
  });

  it('that its class refuses, or makes something else of, is refused', () => {
    register('Money', money);
    expect(() => readText('{"$":"class","name":"Money","data":"1"}')).toThrow(
      refused(/^the class Money cannot make an instance: no cents$/),
    );
    register('Holder', { class: Holder, encode: () => 0, decode: () => new Money(1) as never });
    expect(() => readText('{"$":"class","name":"Holder","data":0}')).toThrow(
      refused(/^the class Holder made something else$/),
    );
  });

  it('runs nothing that a text names, and gives decode nothing that was not read', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'Function', 'process'])
      expect(() => readText(JSON.stringify({ $: 'class', name, data: [] }))).toThrow(
        refused(/is not registered$/),
      );
    register('Money', money);
    expect(() => readText('{"$":"class","name":"Money","data":{"$":"ref","to":0}}')).toThrow(
      refused(/^a reference leads nowhere$/),
    );
    expect(() => readText('{"$":"class","name":"Money","data":{"__proto__":1}}')).toThrow(
      refused(/^a field is called __proto__$/),
    );
    expect(() => readText('{"$":"class","data":1}')).toThrow(refused(/^class has no text name$/));
  });
});

describe('registering a class', () => {
  it('twice is refused, by name and by class, until it is taken back', () => {
    const undo = registerClass('Money', money);
    expect(() => registerClass('Money', { ...money, class: Holder as never })).toThrow(
      expect.objectContaining({ code: 'CLASS_REGISTERED' }),
    );
    expect(() => registerClass('Cash', money)).toThrow(
      expect.objectContaining({
        code: 'CLASS_REGISTERED',
        message: 'the class that is to be "Cash" is called "Money"',
      }),
    );
    undo();
    const again = registerClass('Cash', money);
    undo();
    expect(written(new Money(1)).text).toBe('{"$":"class","name":"Cash","data":1}');
    again();
    again();
  });

  it.each<[string, unknown, unknown]>([
    ['a name that is empty', '', money],
    ['a name that is no text', 7, money],
    ['a name with spaces', 'My Money', money],
    ['a name that is too long', 'M'.repeat(256), money],
    ['no codec', 'Money', null],
    ['no class', 'Money', { ...money, class: 'Money' }],
    ['an arrow function', 'Money', { ...money, class: () => 1 }],
    ['no encode', 'Money', { ...money, encode: undefined }],
    ['no decode', 'Money', { class: Money, encode: () => 1 }],
    ['a class that is kept anyway', 'Map', { ...money, class: Map }],
    ['the class of all objects', 'Object', { ...money, class: Object }],
  ])('with %s is refused', (_, name, codec) => {
    expect(() => registerClass(name as string, codec as typeof money)).toThrow(
      expect.objectContaining({ code: 'CLASS_INVALID' }),
    );
    expect(written(new Money(1)).text).toContain('"instance"');
  });
});
