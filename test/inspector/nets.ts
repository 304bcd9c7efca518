/** Nets that the tests of the page look at, which do what the tests say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Net, defineNode, flow } from 'netrun';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The example that audits licences, of this project's own lock file; it writes into `out`. */
export function demo(out: string): Net {
  const flowFile = file('examples/licence-audit/flow.toml');
  const config = `config = { lock = ${JSON.stringify(file('package-lock.json'))}, out = ${JSON.stringify(out)} }`;
  const text = readFileSync(flowFile, 'utf8').replace(/^config = \{ lock = .*$/m, config);
  return Net.fromToml(text, { file: flowFile });
}

/** Two values meet: with one alone the net is stuck. */
export function joinNet(): Net {
  const join = defineNode({
    in: { left: 'string', right: 'string' },
    out: { both: 'string' },
    exec: ({ left, right }) => ({ both: left + right }),
  });
  return new Net(flow().node('Join', join).outputs('Join.both').build());
}

/** Fails on what is said to be bad, until it is not any more. */
export function failingNet(bad: ReadonlySet<string>): Net {
  const check = defineNode({
    in: { word: 'string' },
    out: { good: 'string' },
    exec: ({ word }) => {
      if (bad.has(word)) throw new TypeError(`${word} is no good`);
      return { good: word };
    },
  });
  const keep = defineNode({ in: { good: 'string' }, exec: () => undefined });
  const graph = flow().node('Check', check).node('Keep', keep).edge('Check.good', 'Keep.good');
  return new Net(graph.build(), { onError: 'continue' });
}

/** Hands on what it is given, by way of three nodes. */
export function chainNet(): Net {
  const hand = defineNode({
    in: { in: 'number' },
    out: { out: 'number' },
    exec: ({ in: value }) => ({ out: value + 1 }),
  });
  const graph = flow()
    .node('First', hand)
    .node('Second', hand)
    .node('Third', hand)
    .edge('First.out', 'Second.in')
    .edge('Second.out', 'Third.in')
    .outputs('Third.out');
  return new Net(graph.build());
}

/** Makes so many packets of its own accord, each handed on once; `before` is waited for where it gives a promise. */
export function floodNet(
  packets: number,
  before: (packet: number) => Promise<void> | undefined = () => undefined,
): Net {
  const make = defineNode({
    out: { n: 'number' },
    async *exec() {
      for (let n = 0; n < packets; n += 1) {
        const wait = before(n);
        if (wait !== undefined) await wait;
        yield { n };
      }
    },
  });
  const take = defineNode({ in: { n: 'number' }, exec: () => undefined });
  return new Net(flow().node('Make', make).node('Take', take).edge('Make.n', 'Take.n').build());
}

/** So many nodes in rows of twenty, each joined to the next in its row; none has a function. */
export function largeNet(nodes: number): Net {
  const names = Array.from({ length: nodes }, (_, at) => `N${at}`);
  const rows = names.map((name) => `[nodes.${name}]\nin_ports = ["in"]\nout_ports = ["out"]`);
  const edges = names
    .slice(0, -1)
    .flatMap((name, at) =>
      at % 20 === 19 ? [] : [`[[edges]]\nfrom = "${name}.out"\nto = "N${at + 1}.in"`],
    );
  const ends = names.filter((_, at) => at % 20 === 19 || at === nodes - 1);
  const outputs = JSON.stringify(ends.map((name) => `${name}.out`));
  return Net.fromToml([`[net]\noutputs = ${outputs}`, ...rows, ...edges].join('\n'));
}
