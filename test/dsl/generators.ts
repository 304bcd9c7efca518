/** Random terms and graphs for properties. */
import fc from 'fast-check';
import type { EdgeInput, GraphInput, NodeInput } from '../../src/dsl/definition.ts';
import { printTerm } from '../../src/dsl/term/printer.ts';
import type { CountOperator, Term } from '../../src/machines/spec.ts';

const reserved = new Set(['__proto__', 'prototype', 'constructor']);

export const portName = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/)
  .filter((name) => !reserved.has(name));

const operators: readonly CountOperator[] = ['==', '!=', '<', '<=', '>', '>='];

function chain(type: 'and' | 'or', terms: readonly Term<string>[]): Term<string> {
  return { type, terms: terms.flatMap((term) => (term.type === type ? term.terms : [term])) };
}

/** A term in the form that the parser gives. */
export function anyTerm(port: fc.Arbitrary<string>): fc.Arbitrary<Term<string>> {
  const { term } = fc.letrec<{ term: Term<string> }>((tie) => ({
    term: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ type: fc.constantFrom('empty', 'nonempty', 'full', 'nonfull'), port }),
      fc.record({
        type: fc.constant('count' as const),
        port,
        op: fc.constantFrom(...operators),
        n: fc.oneof(fc.nat(5), fc.maxSafeNat()),
      }),
      tie('term').map((inner): Term<string> => ({ type: 'not', term: inner })),
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('term'), { minLength: 2, maxLength: 4 }),
        )
        .map(([type, terms]) => chain(type, terms)),
    ),
  }));
  return term;
}

const seconds = fc.integer({ min: 1, max: 100_000 }).map((n) => n / 100);
const count = fc.integer({ min: 1, max: 1000 });
const optional = { requiredKeys: [] };
const words = fc.string({ minLength: 1, unit: 'binary' });

const anyOptions = fc.record(
  {
    poolInitMode: fc.constantFrom('per_worker', 'global'),
    maxParallelEpochs: count,
    maxPendingEpochs: count,
    maxEpochs: count,
    rateLimitPerSecond: seconds,
    retryWait: seconds,
    retryBackoff: fc.constantFrom('fixed', 'exponential'),
    retryWaitMax: seconds,
    retryJitter: fc.double({ min: 0, max: 1, noNaN: true }),
    timeout: seconds,
    attemptTimeout: seconds,
    startTimeout: seconds,
    restart: fc.constantFrom('never', 'on_failure'),
    deadLetterQueue: fc.boolean(),
    captureStdout: fc.boolean(),
    echoStdout: fc.boolean(),
    autostart: fc.boolean(),
    unconsumed: fc.constantFrom('error', 'destroy'),
    priority: fc.integer({ min: -5, max: 5 }),
  },
  optional,
);

/** What may stand in a `meta` table and comes back from TOML as it was. */
const { free } = fc.letrec<{ free: unknown }>((tie) => ({
  free: fc.oneof(
    { depthSize: 'small' },
    words,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    fc.array(tie('free'), { maxLength: 3 }),
    fc.dictionary(
      words.filter((key) => key !== '__proto__'),
      tie('free'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
}));
const anyMeta = fc.dictionary(
  words.filter((key) => key !== '__proto__'),
  free,
  { maxKeys: 3, noNullPrototype: true },
);

const anySettings = fc.record(
  {
    onError: fc.constantFrom('pause', 'continue', 'raise'),
    mode: fc.constant('cyclic'),
    maxConcurrency: count,
    seed: fc.oneof(words, fc.integer()),
    historyFile: words,
    historyFileSize: count,
    historyMaxSize: count,
    historyChunkSize: count,
    historyFlushOnPause: fc.boolean(),
    historyLevel: fc.constantFrom('full', 'actions'),
    historyFsync: fc.constantFrom('never', 'batch', 'always'),
    historyValues: fc.constantFrom('none', 'hash', 'inline'),
    packetStoragePath: words,
    consumedPacketStorage: fc.boolean(),
    consumedPacketStorageLimit: fc.nat(100),
    deadLetterQueue: fc.constant('memory'),
    deadLetterPath: words,
    checkpointDir: words,
    inspectorRedact: fc.array(words, { maxLength: 3 }),
    poolInitMode: fc.constantFrom('per_worker', 'global'),
    threadPools: fc.dictionary(portName, fc.record({ size: count }), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
    defaults: anyOptions,
    meta: anyMeta,
  },
  optional,
);

const importPath = portName.map((name) => `./nodes.ts#${name}`);

function conditions(
  ports: readonly string[],
  input: boolean,
): fc.Arbitrary<NonNullable<NodeInput['inConditions']>> {
  if (ports.length === 0) return fc.constant([]);
  const some = fc.subarray([...ports], { minLength: 1 });
  const condition = fc.tuple(
    portName,
    some,
    fc.array(fc.option(count, { nil: 'all' as const }), { minLength: 8, maxLength: 8 }),
    fc.oneof(count, fc.constant('infinite' as const)),
    anyTerm(fc.constantFrom(...ports)),
  );
  return fc.uniqueArray(condition, { maxLength: 3, selector: ([name]) => name }).map((made) =>
    made.map(([name, taken, counts, maxSalvos, term]) => ({
      name,
      // An input condition has to be able to take something: it holds at least where its first port has a packet.
      when: printTerm(
        input ? chain('or', [{ type: 'nonempty', port: taken[0] ?? '' }, term]) : term,
      ),
      ports: taken.map((port, index) => ({ port, count: counts[index % counts.length] ?? 'all' })),
      maxSalvos: input ? 1 : maxSalvos,
    })),
  );
}

function anyNode(name: string): fc.Arbitrary<NodeInput> {
  const slots = fc.oneof(count, fc.constant('infinite' as const));
  const type = fc.oneof(
    fc.constantFrom('string', 'number', 'Order', './types.ts#order'),
    fc.constant({ class: 'Order', exact: true }),
  );
  const port = fc.oneof(
    portName,
    fc.record({ name: portName, slots, type }, { requiredKeys: ['name'] }),
  );
  const out = fc.oneof(
    port,
    fc.record({ name: portName, slots, fanout: fc.constantFrom('copy', 'round_robin') }),
  );
  const nameOf = (each: string | { readonly name: string }): string =>
    typeof each === 'string' ? each : each.name;
  const unique = { maxLength: 4, selector: nameOf };
  return fc
    .tuple(fc.uniqueArray(port, unique), fc.uniqueArray(out, unique))
    .chain(([inPorts, outPorts]) =>
      fc
        .record(
          {
            name: fc.constant(name),
            inPorts: fc.constant(inPorts),
            outPorts: fc.constant(outPorts),
            inConditions: conditions(inPorts.map(nameOf), true),
            outConditions: conditions(outPorts.map(nameOf), false),
            options: anyOptions,
            execNodeFunc: importPath,
            startNodeFunc: importPath,
            stopNodeFunc: importPath,
            execFailedNodeFunc: importPath,
            config: fc.oneof(anyMeta, fc.integer(), words, fc.array(fc.boolean())),
            meta: anyMeta,
          },
          { requiredKeys: ['name'] },
        )
        .map(whole),
    );
}

/** Conditions only where their ports are. */
function whole(node: NodeInput): NodeInput {
  const { inConditions, outConditions, ...rest } = node;
  return {
    ...rest,
    ...(rest.inPorts === undefined || inConditions === undefined ? {} : { inConditions }),
    ...(rest.outPorts === undefined || outConditions === undefined ? {} : { outConditions }),
  };
}

function portsOf(nodes: readonly NodeInput[], side: 'inPorts' | 'outPorts'): readonly string[] {
  return nodes.flatMap((node) =>
    (node[side] ?? []).map((port) => `${node.name}.${typeof port === 'string' ? port : port.name}`),
  );
}

function edgesBetween(
  from: readonly string[],
  to: readonly string[],
): fc.Arbitrary<readonly EdgeInput[]> {
  if (from.length === 0 || to.length === 0) return fc.constant([]);
  const edge = fc.record(
    {
      from: fc.constantFrom(...from),
      to: fc.constantFrom(...to),
      capacity: fc.oneof(count, fc.constant('infinite' as const)),
      meta: anyMeta,
    },
    { requiredKeys: ['from', 'to'] },
  );
  return fc.uniqueArray(edge, { maxLength: 6, selector: (each) => `${each.from} ${each.to}` });
}

/** A valid graph with every kind of setting. */
export const anyGraph: fc.Arbitrary<GraphInput> = fc
  .uniqueArray(portName, { maxLength: 4 })
  .chain((names) => fc.tuple(...names.map(anyNode)))
  .chain((nodes) => {
    const inputs = portsOf(nodes, 'inPorts');
    const outputs = portsOf(nodes, 'outPorts');
    return fc.record(
      {
        nodes: fc.constant(nodes),
        edges: edgesBetween(outputs, inputs),
        inputs: fc.subarray([...inputs]),
        outputs: fc.subarray([...outputs]),
        net: anySettings,
      },
      { requiredKeys: ['nodes'] },
    );
  });
