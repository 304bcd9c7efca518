/** What the compiler refuses, each with its counterpart that it takes: cases for builder-types.test.ts. */
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import { flow } from '../../src/dsl/builder.ts';
import { defineNode, defineRawNode } from '../../src/dsl/define-node.ts';
import type { Packet } from '../../src/dsl/node-functions.ts';
import type { PortValue, TypeFits } from '../../src/dsl/port-type.ts';

class Animal {
  readonly legs: number = 4;
}
class Dog extends Animal {
  readonly barks = true;
}

const double = defineNode({
  in: { x: z.number() },
  out: { y: z.number() },
  exec: ({ x }) => ({ y: 2 * x }),
});
const print = defineNode({ in: { text: z.string() }, exec: () => undefined });
const order = z.object({ id: z.string(), price: z.number() });
const orders = defineNode({ out: { order }, exec: () => ({ order: { id: 'a', price: 1 } }) });
const priced = defineNode({ in: { item: z.object({ price: z.number() }) }, exec: () => undefined });
const tagged = defineNode({ in: { item: z.object({ tag: z.string() }) }, exec: () => undefined });
const dogs = defineNode({ out: { dog: Dog }, exec: () => ({ dog: new Dog() }) });
const animals = defineNode({
  in: { animal: Animal },
  out: { animal: Animal },
  exec: ({ animal }) => ({ animal }),
});
const kennel = defineNode({ in: { dog: { class: Dog, exact: true } }, exec: () => undefined });
const named = defineNode({
  in: { n: 'number', t: 'string' },
  out: { n: 'number', o: 'Order', p: './s.ts#order' },
  exec: ({ n }) => ({ n }),
});
const loose = defineNode({
  in: { v: z.unknown(), w: z.any() },
  out: { v: z.unknown(), w: z.any() },
  exec: () => ({}),
});
const maybe = defineNode({
  in: { x: z.number().optional() },
  out: { y: z.number().optional() },
  exec: () => ({}),
});
const parsed = defineNode({
  in: { t: z.string().transform(Number) },
  out: { t: z.string().transform(Number) },
  exec: ({ t }) => ({ t }),
});
const configured = defineNode({
  config: { level: z.enum(['low', 'high']), n: z.number().default(1) },
  exec: () => undefined,
});
const optional = defineNode({ config: { n: z.number().default(1) }, exec: () => undefined });
const whole = defineNode({ config: z.object({ a: z.string() }).optional(), exec: () => undefined });

const nodes = flow()
  .node('D', double)
  .node('E', double)
  .node('P', print)
  .node('O', orders)
  .node('R', priced)
  .node('T', tagged)
  .node('dogs', dogs)
  .node('animals', animals)
  .node('kennel', kennel)
  .node('named', named)
  .node('loose', loose)
  .node('maybe', maybe)
  .node('parsed', parsed);

export const cases: Readonly<Record<string, () => void>> = {
  'an edge is refused where a port does not exist': () => {
    nodes.edge('D.y', 'E.x');
    // @ts-expect-error E has no port z
    nodes.edge('D.y', 'E.z');
    // @ts-expect-error D has no port z
    nodes.edge('D.z', 'E.x');
    // @ts-expect-error there is no node F
    nodes.edge('D.y', 'F.x');
    // @ts-expect-error an edge starts at an output port
    nodes.edge('D.x', 'E.x');
    // @ts-expect-error an edge ends at an input port
    nodes.edge('D.y', 'E.y');
    // @ts-expect-error a node alone is no port
    nodes.edge('D', 'E');
  },

  'an edge is refused where the types do not fit': () => {
    // @ts-expect-error a number is no string
    nodes.edge('D.y', 'P.text');
    nodes.edge('O.order', 'R.item');
    // @ts-expect-error an order has no tag
    nodes.edge('O.order', 'T.item');
    nodes.edge('dogs.dog', 'animals.animal');
    nodes.edge('dogs.dog', 'kennel.dog');
    // @ts-expect-error not every animal is a dog
    nodes.edge('animals.animal', 'kennel.dog');
    nodes.edge('D.y', 'named.n');
    nodes.edge('named.n', 'D.x');
    // @ts-expect-error a number is no string, also by name
    nodes.edge('named.n', 'named.t');
    nodes.edge('D.y', 'maybe.x');
    // @ts-expect-error what may be undefined is no number
    nodes.edge('maybe.y', 'D.x');
  },

  'an edge to or from a port that takes anything is taken, an unknown value is none of a type':
    () => {
      nodes.edge('D.y', 'loose.v');
      nodes.edge('D.y', 'loose.w');
      nodes.edge('loose.w', 'D.x');
      // @ts-expect-error an unknown value may be no number
      nodes.edge('loose.v', 'D.x');
    },

  'an edge between types known by name only is left to the check at run time': () => {
    nodes.edge('named.o', 'D.x');
    nodes.edge('named.p', 'P.text');
  },

  'an edge carries what a schema with a transform takes, for values are not changed': () => {
    nodes.edge('parsed.t', 'P.text');
    // @ts-expect-error the value is sent as the string it was
    nodes.edge('parsed.t', 'D.x');
    // @ts-expect-error the transform takes a string
    nodes.edge('D.y', 'parsed.t');
  },

  'an edge has no settings but its own': () => {
    nodes.edge('D.y', 'E.x', { capacity: 3 });
    // @ts-expect-error edges have no slots
    nodes.edge('D.y', 'E.x', { slots: 3 });
  },

  'a node is refused where its name is taken': () => {
    nodes.node('D2', double);
    // @ts-expect-error there is a D
    nodes.node('D', double);
  },

  'a node needs the configuration its schema asks for': () => {
    flow().node('C', configured, { config: { level: 'low' } });
    flow().node('C', configured, { config: { level: 'high', n: 2 } });
    // @ts-expect-error a level is missing
    flow().node('C', configured);
    // @ts-expect-error a level is missing
    flow().node('C', configured, { config: {} });
    // @ts-expect-error middle is no level
    flow().node('C', configured, { config: { level: 'middle' } });
    // @ts-expect-error a configuration has no key m
    flow().node('C', configured, { config: { level: 'low', m: 1 } });
    flow().node('C', optional);
    flow().node('C', optional, { config: {} });
    // @ts-expect-error n is a number
    flow().node('C', optional, { config: { n: 'x' } });
    flow().node('C', whole);
    flow().node('C', whole, { config: { a: 'x' } });
    // @ts-expect-error a is a string
    flow().node('C', whole, { config: { a: 1 } });
    flow().node('C', double, { options: { retries: 1 } });
    // @ts-expect-error double has no configuration
    flow().node('C', double, { config: {} });
    // @ts-expect-error no such option
    flow().node('C', double, { options: { retrys: 1 } });
  },

  'a node is a node type': () => {
    // @ts-expect-error a function alone has no ports
    void (() => flow().node('A', () => 1));
  },

  'inputs and outputs are ports of their direction': () => {
    nodes.inputs('D.x', 'E.x').outputs('D.y');
    // @ts-expect-error D.y is an output port
    nodes.inputs('D.y');
    // @ts-expect-error D.x is an input port
    nodes.outputs('D.x');
    // @ts-expect-error there is no such port
    nodes.outputs('D.z');
  },

  'the function of a node gets the types of its ports and of its configuration': () => {
    defineNode({
      in: {
        z: order,
        n: 'number',
        b: 'bytes',
        d: Dog,
        e: { class: Animal, exact: true },
        x: './s.ts#x',
        many: z.string(),
        more: 'date',
      },
      config: { n: z.coerce.number(), s: z.string().default('') },
      ports: { many: 'all', more: { take: 'all', slots: 3 }, n: { slots: 4 } },
      start: (_life, { config }) => expectTypeOf(config).toEqualTypeOf<{ n: number; s: string }>(),
      exec: (inputs, { config, ctx }) => {
        expectTypeOf(inputs.z).toEqualTypeOf<{ id: string; price: number }>();
        expectTypeOf(inputs.n).toEqualTypeOf<number>();
        expectTypeOf(inputs.b).toEqualTypeOf<Uint8Array>();
        expectTypeOf(inputs.d).toEqualTypeOf<Dog>();
        expectTypeOf(inputs.e).toEqualTypeOf<Animal>();
        expectTypeOf(inputs.x).toEqualTypeOf<unknown>();
        expectTypeOf(inputs.many).toEqualTypeOf<readonly string[]>();
        expectTypeOf(inputs.more).toEqualTypeOf<readonly Date[]>();
        expectTypeOf(config).toEqualTypeOf<{ n: number; s: string }>();
        expectTypeOf(ctx.epochId).toEqualTypeOf<string>();
        // @ts-expect-error there is no such port
        void inputs.nothing;
      },
    });
    defineNode({
      exec: (_inputs, { config }) => expectTypeOf(config).toEqualTypeOf<undefined>() as never,
    });
  },

  'the function of a node gives values of its output ports': () => {
    const out = { y: z.number(), s: 'string' } as const;
    defineNode({ out, exec: () => ({ y: 1, s: 'a' }) });
    defineNode({ out, exec: () => ({ y: undefined }) });
    defineNode({ out, exec: async () => Promise.resolve({ s: 'a' }) });
    // @ts-expect-error y is a number
    defineNode({ out, exec: () => ({ y: 'one' }) });
    // @ts-expect-error s is a string
    defineNode({ out, exec: async () => Promise.resolve({ s: 1 }) });
    // @ts-expect-error there is no port z
    defineNode({ out, exec: () => ({ z: 1 }) });
    defineNode({
      out,
      *exec() {
        yield { y: 1 };
      },
    });
    defineNode({
      out,
      // @ts-expect-error y is a number
      *exec() {
        yield { y: 'one' };
      },
    });
    defineNode({
      out,
      async *exec() {
        yield await Promise.resolve({ y: 1 });
      },
    });
    defineNode({
      out,
      // @ts-expect-error y is a number
      async *exec() {
        yield await Promise.resolve({ y: 'one' });
      },
    });
  },

  'the function of a node sets ports that it has': () => {
    const node = { in: { x: 'number' }, out: { y: 'number' }, exec: () => ({}) } as const;
    defineNode({ ...node, ports: { x: 'all', y: { fanout: 'copy' } } });
    // @ts-expect-error only input ports take
    defineNode({ ...node, ports: { y: 'all' } });
    // @ts-expect-error only output ports fan out
    defineNode({ ...node, ports: { x: { fanout: 'copy' } } });
    // @ts-expect-error there is no port z
    void (() => defineNode({ ...node, ports: { z: { slots: 1 } } }));
  },

  'the function of a node gets packets where it is raw': () => {
    defineRawNode({
      in: { x: z.number() },
      exec: (_ctx, packets) => {
        expectTypeOf(packets.x).toEqualTypeOf<readonly Packet[]>();
        // @ts-expect-error there is no such port
        void packets.y;
      },
    });
  },

  'the type of a port is that of its values': () => {
    expectTypeOf<PortValue<'object'>>().toEqualTypeOf<object>();
    expectTypeOf<PortValue<'array'>>().toEqualTypeOf<readonly unknown[]>();
    expectTypeOf<PortValue<'boolean'>>().toEqualTypeOf<boolean>();
    expectTypeOf<PortValue<'Order'>>().toEqualTypeOf<unknown>();
    expectTypeOf<PortValue<{ class: 'Order'; exact: true }>>().toEqualTypeOf<unknown>();
    expectTypeOf<PortValue<typeof Dog>>().toEqualTypeOf<Dog>();
    expectTypeOf<TypeFits<'Order', 'string'>>().toEqualTypeOf<true>();
    expectTypeOf<TypeFits<{ class: 'Order'; exact: true }, 'string'>>().toEqualTypeOf<true>();
    expectTypeOf<TypeFits<'date', 'string'>>().toEqualTypeOf<false>();
    expectTypeOf<
      TypeFits<z.ZodString, z.ZodUnion<[z.ZodString, z.ZodNumber]>>
    >().toEqualTypeOf<true>();
    expectTypeOf<
      TypeFits<z.ZodUnion<[z.ZodString, z.ZodNumber]>, z.ZodString>
    >().toEqualTypeOf<false>();
  },
};
