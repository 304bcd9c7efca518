import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode, defineRawNode } from '../../src/dsl/define-node.ts';
import { isNodeType } from '../../src/dsl/node-type.ts';
import type { NodeType } from '../../src/dsl/node-type.ts';
import type { NodeLife } from '../../src/dsl/node-functions.ts';
import { Later, record } from './recording-context.ts';
import type { Recording } from './recording-context.ts';

function run(type: NodeType, recording: Recording): unknown {
  return type.functions.exec?.(recording.ctx, recording.packets);
}

const add = defineNode({
  in: { a: z.number(), b: z.number() },
  out: { sum: z.number(), odd: z.boolean() },
  exec: ({ a, b }) => ({ odd: (a + b) % 2 === 1, sum: a + b }),
});

describe('the description of a function node', () => {
  it('has the usual conditions', () => {
    expect(add.definition).toMatchObject({
      inPorts: [{ name: 'a' }, { name: 'b' }],
      outPorts: [{ name: 'sum' }, { name: 'odd' }],
      inConditions: [
        {
          name: 'default',
          when: 'nonempty(a) and nonempty(b)',
          ports: [
            { port: 'a', count: 1 },
            { port: 'b', count: 1 },
          ],
          maxSalvos: 1,
        },
      ],
      outConditions: [
        {
          name: 'send',
          when: 'nonempty(sum) or nonempty(odd)',
          ports: [
            { port: 'sum', count: 'all' },
            { port: 'odd', count: 'all' },
          ],
          maxSalvos: 'infinite',
        },
      ],
    });
  });

  it('takes all packets of a port that says so, and keeps slots and fanout', () => {
    const type = defineNode({
      in: { x: 'number', y: 'string' },
      out: { z: 'number' },
      ports: { x: 'all', y: { take: 'one', slots: 2 }, z: { fanout: 'round_robin', slots: 5 } },
      exec: ({ x, y }) => ({ z: x.length + y.length }),
    });
    expect(type.definition.inConditions?.[0]?.ports).toEqual([
      { port: 'x', count: 'all' },
      { port: 'y', count: 1 },
    ]);
    expect(type.definition.inPorts).toEqual([
      { name: 'x', type: 'number' },
      { name: 'y', type: 'string', slots: 2 },
    ]);
    expect(type.definition.outPorts).toEqual([
      { name: 'z', type: 'number', slots: 5, fanout: 'round_robin' },
    ]);
  });

  it('has no condition for a direction without ports', () => {
    const type = defineNode({ exec: () => undefined });
    expect(type.definition).toMatchObject({
      inPorts: [],
      outPorts: [],
      inConditions: [],
      outConditions: [],
    });
  });

  it('refuses settings of a port that is not there', () => {
    const ports = { y: 'all' } as never;
    expect(() => defineNode({ in: { x: 'number' }, ports, exec: () => undefined })).toThrow(
      expect.objectContaining({ code: 'PORT_SETTING_UNKNOWN' }),
    );
  });

  it.each(['exec', 'start', 'stop', 'failed'])('refuses a %s that is no function', (name) => {
    const parts = { exec: () => undefined, [name]: 5 } as never;
    expect(() => defineNode(parts)).toThrow(expect.objectContaining({ code: 'FUNCTION_INVALID' }));
    expect(() => defineRawNode(parts)).toThrow(
      expect.objectContaining({ code: 'FUNCTION_INVALID' }),
    );
  });

  it('refuses a function node without exec', () => {
    expect(() => defineNode({} as never)).toThrow(
      expect.objectContaining({ code: 'FUNCTION_INVALID' }),
    );
  });

  it('is known as a node type', () => {
    expect(isNodeType(add)).toBe(true);
    expect([null, 1, {}, () => 1, { functions: {} }].some(isNodeType)).toBe(false);
  });
});

describe('a function node that runs', () => {
  it('consumes in port order, loads in port order whatever the order of keys, and stays synchronous', () => {
    const recording = record({ b: [2], a: [1] });
    expect(run(add, recording)).toBeUndefined();
    expect(recording.story).toEqual([
      'consume a',
      'consume b',
      'load sum 3',
      'load odd true',
      'send',
    ]);
  });

  it('awaits only from the first value that is asynchronous', async () => {
    const recording = record({ a: [1], b: [new Later(2)] });
    await run(add, recording);
    expect(recording.story).toEqual([
      'consume a',
      'await b',
      'load sum 3',
      'load odd true',
      'send',
    ]);
  });

  it('keeps the order of values in a port that takes all, also where one of them is asynchronous', async () => {
    const join = defineNode({
      in: { x: z.string(), y: z.string() },
      out: { text: z.string() },
      ports: { x: 'all' },
      exec: ({ x, y }) => ({ text: [...x, y].join('') }),
    });
    const recording = record({ x: ['a', new Later('b'), 'c'], y: ['d'] });
    await run(join, recording);
    expect(recording.story.slice(-2)).toEqual(['load text "abcd"', 'send']);
    const none = record({ x: [], y: ['d'] });
    run(join, none);
    expect(none.story).toEqual(['consume y', 'load text "d"', 'send']);
  });

  it('passes on an error of consuming that is none of timing', () => {
    const recording = record({ a: [1], b: [2] });
    const packets = { ...recording.packets, a: [{ id: 'foreign' }] };
    expect(() => add.functions.exec?.(recording.ctx, packets)).toThrow(
      expect.objectContaining({ code: 'PACKET_NOT_IN_EPOCH' }),
    );
  });

  it.each([
    [[], 0],
    [[1, 2], 2],
  ])('refuses an epoch with %j at a port that takes one', (a, count) => {
    const recording = record({ a, b: [1] });
    expect(() => run(add, recording)).toThrow(
      expect.objectContaining({
        code: 'INPUT_COUNT',
        nodeName: 'A',
        epochId: 'e1',
        message: expect.stringContaining(`has ${count}`) as string,
      }),
    );
    expect(recording.story).toEqual([]);
  });

  it('sends nothing for undefined, a missing key, and no result', () => {
    const give = (result: () => { y?: number | undefined } | void) => {
      const recording = record();
      run(defineNode({ out: { y: z.number() }, exec: result }), recording);
      return recording.story;
    };
    expect(give(() => ({}))).toEqual([]);
    expect(give(() => ({ y: undefined }))).toEqual([]);
    expect(give(() => undefined)).toEqual([]);
    expect(give(() => ({ y: 0 }))).toEqual(['load y 0', 'send']);
  });

  it('sends one salvo of the ports that have a value', () => {
    const recording = record();
    run(defineNode({ out: { y: z.number(), z: z.null() }, exec: () => ({ z: null }) }), recording);
    expect(recording.story).toEqual(['load z null', 'send']);
  });

  it('takes an array as one value', () => {
    const recording = record();
    run(defineNode({ out: { y: z.array(z.number()) }, exec: () => ({ y: [1, 2] }) }), recording);
    expect(recording.story).toEqual(['load y [1,2]', 'send']);
  });

  it('awaits a promise', async () => {
    const recording = record();
    const type = defineNode({
      out: { y: z.number() },
      exec: async () => Promise.resolve({ y: 1 }),
    });
    const done = run(type, recording);
    expect(recording.story).toEqual([]);
    await done;
    expect(recording.story).toEqual(['load y 1', 'send']);
  });

  it('sends one salvo per yield, at once where the generator is synchronous', () => {
    const recording = record({ n: [3] });
    const count = defineNode({
      in: { n: z.number() },
      out: { i: z.number() },
      *exec({ n }) {
        for (let i = 0; i < n; i += 1) yield { i };
      },
    });
    expect(run(count, recording)).toBeUndefined();
    expect(recording.story).toEqual([
      'consume n',
      'load i 0',
      'send',
      'load i 1',
      'send',
      'load i 2',
      'send',
    ]);
  });

  it('sends each salvo of an async generator before the next is made', async () => {
    const recording = record();
    const type = defineNode({
      out: { i: z.number() },
      async *exec() {
        for (const i of [1, 2]) {
          recording.story.push(`make ${i}`);
          await Promise.resolve();
          yield { i };
        }
      },
    });
    await run(type, recording);
    expect(recording.story).toEqual(['make 1', 'load i 1', 'send', 'make 2', 'load i 2', 'send']);
  });

  it.each([true, false])(
    'closes a generator whose salvo cannot be sent (async: %s)',
    async (later) => {
      const recording = record({}, { failingLoad: 1 });
      const type = defineNode({
        out: { i: z.number() },
        exec: later
          ? async function* () {
              try {
                for (let i = 0; ; i += 1) yield Promise.resolve({ i });
              } finally {
                recording.story.push('closed');
              }
            }
          : function* () {
              try {
                for (let i = 0; ; i += 1) yield { i };
              } finally {
                recording.story.push('closed');
              }
            },
      });
      const attempt = new Promise((resolve) => {
        resolve(run(type, recording));
      });
      await expect(attempt).rejects.toMatchObject({ code: 'OUTPUT_PORT_FULL' });
      expect(recording.story).toEqual(['load i 0', 'send', 'closed']);
    },
  );

  it('names node and port of a value for a port that is not there, and sends nothing', () => {
    const recording = record();
    const type = defineNode({ out: { total: z.number() }, exec: () => ({ total: 1, totl: 2 }) });
    expect(() => run(type, recording)).toThrow(
      expect.objectContaining({
        code: 'OUTPUT_UNKNOWN',
        nodeName: 'A',
        message: expect.stringMatching(/node A .*totl/) as string,
        hint: 'Did you mean total?',
      }),
    );
    expect(recording.story).toEqual([]);
  });

  it('refuses a key that every object inherits', () => {
    const type = defineNode({ out: {}, exec: () => JSON.parse('{"__proto__": 1}') as object });
    expect(() => run(type, record())).toThrow(expect.objectContaining({ code: 'OUTPUT_UNKNOWN' }));
  });

  it.each<[string, () => unknown]>([
    ['a number', () => 5],
    ['null', () => null],
    ['a string', () => 'y'],
    ['an array', () => [{ y: 1 }]],
    ['an object of a class', () => new Map([['y', 1]])],
    ['a function', () => () => 1],
  ])('refuses %s as a result', (kind, exec) => {
    const type = defineNode({ out: { y: z.number() }, exec: exec as () => undefined });
    expect(() => run(type, record())).toThrow(
      expect.objectContaining({
        code: 'OUTPUT_INVALID',
        message: expect.stringContaining(`returned ${kind}`) as string,
      }),
    );
  });

  it('refuses a promise that a synchronous generator yields', () => {
    const exec = function* () {
      yield Promise.resolve({ y: 1 });
    } as never;
    expect(() => run(defineNode({ out: { y: z.number() }, exec }), record())).toThrow(
      /yielded a promise/,
    );
  });

  it.each([true, false])('refuses what a generator returns (async: %s)', async (later) => {
    const exec = later
      ? async function* () {
          yield { y: 1 };
          return Promise.resolve({ y: 2 });
        }
      : function* () {
          yield { y: 1 };
          return { y: 2 };
        };
    const recording = record();
    const type = defineNode({ out: { y: z.number() }, exec: exec as never });
    const attempt = new Promise((resolve) => {
      resolve(run(type, recording));
    });
    await expect(attempt).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    expect(recording.story).toEqual(['load y 1', 'send']);
  });

  it('gives its inputs no keys but the ports', () => {
    let seen: object | undefined;
    const type = defineNode({
      in: { toString: 'number' },
      exec: (inputs) => {
        seen = inputs;
      },
    });
    run(type, record({ toString: [4] }));
    expect(Object.keys(seen ?? {})).toEqual(['toString']);
    expect('constructor' in (seen ?? {})).toBe(false);
  });
});

describe('the configuration of a node', () => {
  const greet = defineNode({
    out: { text: z.string() },
    config: { name: z.string(), times: z.coerce.number().default(1) },
    start: (life, { config }) => `${life.nodeName} ${config.name}`,
    stop: (_life, { config }) => config.times,
    exec: (_inputs, { config }) => ({ text: config.name.repeat(config.times) }),
  });

  it('is read by the schema, with its defaults and transforms', () => {
    const recording = record({}, { config: { name: 'ab', times: '2' } });
    run(greet, recording);
    expect(recording.story[0]).toBe('load text "abab"');
    const plain = record({}, { config: { name: 'ab' } });
    run(greet, plain);
    expect(plain.story[0]).toBe('load text "ab"');
  });

  it('is read once per configuration', () => {
    let reads = 0;
    const type = defineNode({
      config: z.object({ n: z.number() }).refine(() => ((reads += 1), true)),
      exec: () => undefined,
    });
    const config = { n: 1 };
    run(type, record({}, { config }));
    run(type, record({}, { config }));
    expect(reads).toBe(1);
    run(type, record({}, { config: { n: 1 } }));
    expect(reads).toBe(2);
  });

  it('reaches start and stop too', () => {
    const life = { nodeName: 'A', config: { name: 'x' } } as NodeLife;
    expect(greet.functions.start?.(life)).toBe('A x');
    expect(greet.functions.stop?.(life)).toBe(1);
    expect(greet.functions.failed).toBeUndefined();
  });

  it('fails the attempt where it does not fit, saying where', () => {
    expect(() => run(greet, record({}, { config: { name: 1, tmes: 2 } }))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/name.*tmes/) as string,
      }),
    );
    expect(() => run(greet, record())).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('a raw node', () => {
  it('gets packets and sends when it likes', () => {
    const type = defineRawNode({
      in: { x: z.number() },
      out: { y: z.number() },
      config: { by: z.number().default(2) },
      ports: { x: 'all' },
      exec: (ctx, { x }, { config }) => {
        for (const packet of x)
          ctx.loadOutputPort(
            'y',
            ctx.createPacket((ctx.consumePacketSync(packet) as number) * config.by),
          );
        ctx.sendOutputSalvo('send');
      },
    });
    const recording = record({ x: [1, 2] }, { config: {} });
    run(type, recording);
    expect(recording.story).toEqual(['consume x', 'load y 2', 'consume x', 'load y 4', 'send']);
    expect(type.definition.inConditions?.[0]?.ports).toEqual([{ port: 'x', count: 'all' }]);
  });

  it('has exactly the conditions it gives, and the usual ones where it gives none', () => {
    const type = defineRawNode({
      in: { x: 'number' },
      out: { y: 'number' },
      inConditions: [{ name: 'pair', when: 'count(x) >= 2', ports: { x: 2 } }],
      outConditions: [],
    });
    expect(type.definition.inConditions).toEqual([
      { name: 'pair', when: 'count(x) >= 2', ports: { x: 2 } },
    ]);
    expect(type.definition.outConditions).toEqual([]);
    expect(type.functions).toEqual({});
    expect(defineRawNode({ in: { x: 'number' } }).definition.inConditions).toMatchObject([
      { name: 'default' },
    ]);
  });
});
