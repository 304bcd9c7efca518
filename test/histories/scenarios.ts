/** The runs that are recorded: each small, and of one thing that histories have to tell. */
import type { ExecContext, InputPackets } from '../../src/dsl/node-functions.ts';
import { Net } from '../../src/runtime/net.ts';
import type { NetOptions } from '../../src/runtime/setup/net-options.ts';
import type { ExecFunction } from '../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';

export interface Scenario {
  /** Of its folder. */
  readonly name: string;
  /** In TOML, without the settings of the history. */
  readonly definition: string;
  readonly functions: Readonly<Record<string, ExecFunction>>;
  /** Settings beside the definition's. */
  readonly options?: NetOptions;
  /** Runs it; the working directory is the folder of the scenario. */
  readonly drive: (recording: Recording) => Promise<unknown>;
}

export class Recording {
  readonly clock = new HeldClock(Date.UTC(2026, 0, 1));
  readonly scenario: Scenario;
  net: Net;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.net = Net.fromToml(scenario.definition, { ...this.options, ...scenario.options });
    for (const [name, exec] of Object.entries(scenario.functions)) this.net.setNodeExec(name, exec);
  }

  get options(): NetOptions {
    return { clock: this.clock, logLevel: 'silent', historyFile: 'history.jsonl' };
  }

  /** What a net is taken over with. */
  get taking(): NetOptions & { readonly functions: Scenario['functions'] } {
    return { clock: this.clock, logLevel: 'silent', functions: this.scenario.functions };
  }

  async inject(port: string, ...values: readonly unknown[]): Promise<void> {
    for (const value of values) await this.net.inject(port, value);
  }

  /** Lets time pass until what was asked for is done. */
  async through<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    promise.then(end, end);
    for (;;) {
      await this.clock.advance(0);
      if (isDone) return promise;
      const { next } = this.clock;
      if (next !== null) await this.clock.advance(next - this.clock.now());
    }
  }

  /** Starts the net, and stops it once it is blocked. */
  async toTheEnd(): Promise<void> {
    await this.through(this.net.start());
    await this.through(this.net.stop());
  }
}

function inputs(packets: InputPackets, ctx: ExecContext): unknown[] {
  return Object.values(packets).flatMap((list) =>
    list.map((packet) => ctx.consumePacketSync(packet)),
  );
}

/** Sends what becomes of the values that came in. */
function mapping(change: (values: unknown[], ctx: ExecContext) => unknown): ExecFunction {
  return (ctx, packets) => {
    ctx.loadOutputPort('out', ctx.createPacket(change(inputs(packets, ctx), ctx)));
    ctx.sendOutputSalvo('send');
  };
}

function chain(options: Readonly<Record<string, string>>, net = ''): string {
  const names = Object.keys(options);
  const nodes = names.map(
    (name) =>
      `[nodes.${name}]\nin_ports = ["in"]\nout_ports = ["out"]\noptions = { ${options[name] ?? ''} }\n`,
  );
  const edges = names
    .slice(1)
    .map((name, at) => `[[edges]]\nfrom = "${names[at] ?? ''}.out"\nto = "${name}.in"\n`);
  const head = `[net]\non_error = "continue"\ninputs = ["${names[0] ?? ''}.in"]\noutputs = ["${names.at(-1) ?? ''}.out"]\n`;
  return [`${head}${net}`, ...nodes, ...edges].join('\n');
}

const forkAndJoin = `
[net]
inputs = ["Split.in"]
outputs = ["Join.out"]
[nodes.Split]
in_ports = ["in"]
out_ports = ["out"]
[nodes.Join]
in_ports = ["left", "right"]
out_ports = ["out"]
[[edges]]
from = "Split.out"
to = "Join.left"
[[edges]]
from = "Split.out"
to = "Join.right"
`;

const sum = (values: unknown[]): number =>
  values.reduce<number>((all, one) => all + Number(one), 0);

/** Hangs for values that are asked to, until it is told to end. */
const hanging: ExecFunction = async (ctx, packets) => {
  const [value] = inputs(packets, ctx);
  if (value === 'hang') {
    await new Promise((_, reject) => {
      ctx.signal.addEventListener('abort', () => reject(new Error('told to end')));
    });
  }
  ctx.loadOutputPort('out', ctx.createPacket(value));
  ctx.sendOutputSalvo('send');
};

const failing = mapping(([value]) => {
  if (value === 'bad') throw new RangeError('bad value', { cause: 'the input' });
  return value;
});

const remembering = mapping(([value], ctx) => {
  const seen = Number(ctx.memory.get('seen') ?? 0) + 1;
  ctx.memory.set('seen', seen);
  if (value === 'pause') ctx.pauseNet('asked to');
  return [value, seen];
});

/** Uses what a replay has to know: the time, draws, values that are made later. */
const drawing: ExecFunction = async (ctx, packets) => {
  const [packet] = packets['in'] ?? [];
  if (packet === undefined) throw new Error('no packet');
  const value = await ctx.consumePacket(packet);
  const drawn = [ctx.random(), ctx.now()];
  ctx.loadOutputPort(
    'out',
    ctx.createPacketFromValueFunc(() => [value, drawn]),
  );
  ctx.sendOutputSalvo('send');
};

const drawingAgain = mapping(([value], ctx) => [value, ctx.random()]);

export const scenarios: readonly Scenario[] = [
  {
    name: 'plain-flow',
    definition: forkAndJoin,
    functions: { Split: mapping(([value]) => value), Join: mapping((values) => values) },
    drive: async (recording) => {
      const date = new Date(Date.UTC(2020, 1, 2));
      await recording.inject('Split.in', 1, new Map([['key', 2n]]), { date, text: 'ä\u2028' });
      await recording.toTheEnd();
    },
  },
  {
    name: 'retries',
    definition: chain({
      A: 'defer_net_actions = true, retries = 3, retry_wait = 0.5, retry_backoff = "exponential", retry_jitter = 0.5',
    }),
    functions: {
      A: mapping(([value], ctx) => {
        if (ctx.retryCount < Number(value)) throw new Error(`not at ${ctx.retryCount}`);
        return value;
      }),
    },
    drive: async (recording) => {
      await recording.inject('A.in', 0, 1, 2, 9);
      await recording.toTheEnd();
    },
  },
  {
    name: 'time-limits',
    definition: chain({
      A: 'timeout = 2',
      B: 'attempt_timeout = 1, defer_net_actions = true, retries = 1, retry_wait = 0.25',
    }),
    functions: { A: hanging, B: hanging },
    drive: async (recording) => {
      await recording.inject('A.in', 'go', 'hang');
      await recording.through(recording.net.start());
      recording.net.apply({ type: 'CreatePacket' }, 'hang');
      await recording.inject('A.in', 'go');
      await recording.toTheEnd();
    },
  },
  {
    name: 'dead-letters',
    definition: chain({ A: '' }),
    functions: { A: failing },
    drive: async (recording) => {
      const { net } = recording;
      await recording.inject('A.in', 'good', 'bad', 'bad', 'bad');
      await recording.through(net.start());
      net.deadLetters.retry('d1');
      net.deadLetters.discard('d2');
      await recording.toTheEnd();
    },
  },
  {
    name: 'pause-and-resume',
    definition: chain({ A: 'max_parallel_epochs = 1' }),
    functions: { A: remembering },
    drive: async (recording) => {
      await recording.inject('A.in', 1, 'pause', 2, 3);
      await recording.through(recording.net.start());
      await recording.through(recording.net.resume());
      await recording.through(recording.net.stop());
    },
  },
  {
    name: 'limits',
    definition: chain(
      {
        A: 'rate_limit_per_second = 4, priority = 1',
        B: 'max_parallel_epochs = 1, max_pending_epochs = 1, max_epochs = 3',
      },
      'max_concurrency = 2\n',
    ),
    functions: { A: remembering, B: remembering },
    drive: async (recording) => {
      await recording.inject('A.in', 1, 2, 3, 4, 5);
      await recording.toTheEnd();
    },
  },
  {
    name: 'dag-violation',
    definition: chain({ A: '', B: '' }, 'mode = "dag"\n'),
    functions: { A: remembering, B: remembering },
    drive: async (recording) => {
      await recording.inject('A.in', 1, 2);
      await recording.toTheEnd();
    },
  },
  {
    name: 'refused-actions',
    definition: chain({ A: '' }),
    functions: { A: remembering },
    drive: async (recording) => {
      const { net } = recording;
      await recording.inject('A.in', 1);
      for (const packet of ['p1', 'p9'] as const) {
        try {
          net.apply({ type: 'ConsumePacket', packet });
        } catch {
          // It is refused, and written down.
        }
      }
      await recording.toTheEnd();
    },
  },
  {
    name: 'recovered',
    definition: chain({ A: '', B: 'max_parallel_epochs = 1' }),
    functions: { A: remembering, B: remembering },
    drive: async (recording) => {
      await recording.inject('A.in', 1, 'pause', 2);
      await recording.through(recording.net.start());
      await recording.net.suspend();
      recording.net = await Net.recover('history.jsonl', recording.taking);
      await recording.through(recording.net.start());
      await recording.net.suspend();
      recording.net = await Net.recover('history.jsonl', recording.taking);
      await recording.toTheEnd();
    },
  },
  {
    name: 'checkpoint',
    definition: chain({ A: 'rate_limit_per_second = 1', B: '' }),
    functions: { A: remembering, B: failing },
    drive: async (recording) => {
      await recording.inject('A.in', 1, 'pause', 2);
      await recording.through(recording.net.start());
      await recording.net.saveCheckpoint('checkpoint');
      await recording.net.suspend();
      recording.net = await Net.loadCheckpoint('checkpoint', recording.taking);
      await recording.toTheEnd();
    },
  },
  {
    name: 'rotated-parts',
    definition: chain({ A: '', B: '' }),
    options: { historyFileSize: 4096 },
    functions: { A: remembering, B: remembering },
    drive: async (recording) => {
      await recording.inject('A.in', 1, 2, 3, 4);
      await recording.toTheEnd();
    },
  },
  {
    name: 'actions-alone',
    definition: forkAndJoin,
    options: { historyLevel: 'actions' },
    functions: { Split: mapping(([value]) => value), Join: mapping(sum) },
    drive: async (recording) => {
      await recording.inject('Split.in', 1, 2);
      await recording.toTheEnd();
    },
  },
  {
    name: 'stored-values',
    definition: chain({ A: '', B: '' }),
    options: { packetStoragePath: 'values', consumedPacketStorage: true },
    functions: { A: failing, B: remembering },
    drive: async (recording) => {
      await recording.inject('A.in', 'long '.repeat(200), 'bad', new Uint8Array([1, 2, 3]));
      await recording.toTheEnd();
    },
  },
  {
    name: 'draws-and-lazy-values',
    definition: chain({ A: '', B: 'defer_net_actions = true', C: '' }),
    functions: { A: drawing, B: drawing, C: drawingAgain },
    drive: async (recording) => {
      await recording.inject('A.in', 1, 2, 3);
      await recording.toTheEnd();
    },
  },
];
