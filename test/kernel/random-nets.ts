/** Random graphs, and random actions on them. */
import fc from 'fast-check';
import type {
  ConditionInput,
  EdgeInput,
  GraphInput,
  NodeInput,
  OutPortInput,
  PortInput,
} from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import type { NodeOptions } from '../../src/dsl/schema.ts';
import type {
  Action,
  BatchOperation,
  EpochId,
  Location,
  PacketId,
} from '../../src/machines/action.ts';
import { fault } from './driving.ts';
import type { ReferenceModel } from './reference-model.ts';

const slots = fc.constantFrom<('infinite' | number)[]>('infinite', 'infinite', 1, 2, 3);

function term(ports: readonly string[]): fc.Arbitrary<string> {
  const port = fc.constantFrom(...ports);
  const atom = fc.oneof(
    fc
      .tuple(fc.constantFrom('nonempty', 'empty', 'full', 'nonfull'), port)
      .map(([word, name]) => `${word}(${name})`),
    fc
      .tuple(port, fc.constantFrom('>=', '==', '<', '!='), fc.nat(3))
      .map(([name, operator, n]) => `count(${name}) ${operator} ${n}`),
    port.map((name) => `nonempty(${name})`),
  );
  return fc.oneof(
    atom,
    fc.tuple(atom, fc.constantFrom('and', 'or'), atom).map((parts) => parts.join(' ')),
    atom.map((text) => `not ${text}`),
  );
}

function conditions(
  ports: readonly string[],
  maxSalvos: fc.Arbitrary<number | 'infinite' | undefined>,
): fc.Arbitrary<ConditionInput[]> {
  if (ports.length === 0) return fc.constant([]);
  const take = fc.constantFrom<(number | 'all')[]>(1, 1, 2, 'all');
  const condition = fc
    .tuple(
      term(ports),
      fc.shuffledSubarray([...ports], { minLength: 1 }),
      fc.array(take, { minLength: 3, maxLength: 3 }),
      maxSalvos,
    )
    .map(([when, chosen, counts, most]) => ({
      when,
      ports: chosen.map((port, at) => ({ port, count: counts[at] ?? 1 })),
      ...(most === undefined ? {} : { maxSalvos: most }),
    }));
  return fc
    .array(condition, { minLength: 1, maxLength: 3 })
    .map((list) => list.map((one, at) => Object.assign({ name: `c${at}` }, one)));
}

const options: fc.Arbitrary<NodeOptions> = fc.record(
  {
    maxParallelEpochs: fc.integer({ min: 1, max: 2 }),
    maxPendingEpochs: fc.integer({ min: 1, max: 2 }),
    maxEpochs: fc.integer({ min: 1, max: 4 }),
    rateLimitPerSecond: fc.constantFrom(10, 1000),
    timeout: fc.constantFrom(0.1, 1),
    attemptTimeout: fc.constant(0.05),
    unconsumed: fc.constantFrom('error', 'destroy'),
    autostart: fc.boolean(),
  },
  { requiredKeys: [] },
);
const retries: fc.Arbitrary<NodeOptions> = fc.constantFrom<NodeOptions[]>(
  {},
  { deferNetActions: true, retries: 1, retryWait: 0.02, restart: 'on_failure' },
  { deferNetActions: true, retries: 2, retryWait: 0.01, retryBackoff: 'exponential' },
);
/** Most options are off: each one set makes the others act less. */
const someOptions = fc
  .tuple(fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, options), retries)
  .map(([first, second]): NodeOptions => ({ ...first, ...second }));

function node(name: string): fc.Arbitrary<NodeInput> {
  return fc
    .tuple(
      fc.array(slots, { maxLength: 3 }),
      fc.array(fc.tuple(slots, fc.constantFrom('copy', 'copy', 'round_robin')), { maxLength: 2 }),
    )
    .chain(([ins, outs]) => {
      const inPorts: PortInput[] = ins.map((count, at) => ({ name: `i${at}`, slots: count }));
      const outPorts = outs.map(([count, fanout], at): OutPortInput => ({
        name: `o${at}`,
        slots: count,
        fanout,
      }));
      return fc.record({
        name: fc.constant(name),
        inPorts: fc.constant(inPorts),
        outPorts: fc.constant(outPorts),
        inConditions: conditions(
          inPorts.map((port) => port.name),
          fc.constant(undefined),
        ),
        outConditions: conditions(
          outPorts.map((port) => port.name),
          fc.constantFrom<(number | 'infinite')[]>('infinite', 'infinite', 1, 2),
        ),
        options: someOptions,
      });
    });
}

const portsOf = (nodes: readonly NodeInput[], side: 'inPorts' | 'outPorts'): string[] =>
  nodes.flatMap((one) =>
    (one[side] ?? []).map((port) => `${one.name}.${typeof port === 'string' ? port : port.name}`),
  );

/** Valid graphs of up to four nodes: fan-in, fan-out, cycles, bounded slots, every option. */
export const anyGraph: fc.Arbitrary<GraphInput> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => node(`N${at}`))))
  .chain((nodes) => {
    const exits = portsOf(nodes, 'outPorts');
    const pairs = exits.flatMap((from) => portsOf(nodes, 'inPorts').map((to) => ({ from, to })));
    return fc
      .tuple(
        fc.shuffledSubarray(pairs, { maxLength: Math.min(pairs.length, 7) }),
        fc.array(fc.constantFrom<('infinite' | number)[]>('infinite', 'infinite', 1, 2), {
          minLength: 7,
          maxLength: 7,
        }),
        fc.subarray(exits),
        fc.constantFrom<('pause' | 'continue')[]>('pause', 'continue', 'continue'),
        fc.constantFrom<('cyclic' | 'dag')[]>('cyclic', 'cyclic', 'cyclic', 'dag'),
      )
      .map(([chosen, capacities, outputs, onError, mode]): GraphInput => {
        const edges = chosen.map((pair, at): EdgeInput => ({
          ...pair,
          capacity: capacities[at] ?? 'infinite',
        }));
        return { nodes, edges, outputs, net: { onError, mode, maxConcurrency: 3 } };
      });
  })
  .filter((input) => new Graph(input).validate().length === 0);

/** Numbers that an action is chosen by, once what lives is known. */
export type Choice = readonly [kind: number, first: number, second: number, third: number];

export const choices: fc.Arbitrary<Choice[]> = fc.array(
  fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999), fc.nat(999)),
  { minLength: 20, maxLength: 60, size: 'max' },
);

const weights: readonly (readonly [Action['type'], number])[] = [
  ['RunNetUntilBlocked', 20],
  ['InjectPacket', 14],
  ['CreatePacket', 9],
  ['ConsumePacket', 8],
  ['DestroyPacket', 3],
  ['LoadPacketIntoOutputPort', 12],
  ['SendOutputSalvo', 12],
  ['StartEpoch', 14],
  ['FinishEpoch', 6],
  ['CommitEpoch', 6],
  ['FailAttempt', 4],
  ['TimeOutEpoch', 1],
  ['CancelEpoch', 2],
  ['TransportPacketToLocation', 6],
  ['CreateEpoch', 4],
  ['CreateAndStartEpoch', 5],
  ['FireTimer', 6],
  ['StartNet', 3],
  ['NodeUp', 5],
  ['NodeFailed', 2],
  ['PauseNet', 1],
  ['ResumeNet', 3],
  ['StopNet', 1],
  ['RecoverNet', 2],
  ['Record', 1],
  ['RecordLateResult', 1],
  ['RecordDeadLetter', 1],
];
const kinds = weights.flatMap(([type, weight]) => Array.from({ length: weight }, () => type));

function pick<T>(list: readonly T[], by: number): T | undefined {
  return list[by % Math.max(1, list.length)];
}

/** Chooses among what lives, and now and then what does not. */
class Chooser {
  readonly #model: ReferenceModel;
  readonly #packets: PacketId[];
  readonly #epochs: EpochId[];

  constructor(model: ReferenceModel) {
    this.#model = model;
    this.#packets = [...model.where.keys()];
    this.#epochs = [...model.epochs.keys()];
  }

  packet(by: number, ...types: Location['type'][]): PacketId {
    if (by % 20 === 0) return 'p99999';
    const wanted = this.#packets.filter((id) => {
      const place = this.#model.where.get(id);
      return place !== undefined && types.includes(place.type);
    });
    return pick(by % 7 === 0 || wanted.length === 0 ? this.#packets : wanted, by) ?? 'p1';
  }

  epoch(by: number, state?: 'startable' | 'running'): EpochId {
    if (by % 20 === 0) return 'e99999';
    const wanted = this.#epochs.filter((id) => this.#model.epochs.get(id)?.state === state);
    return pick(by % 7 === 0 || wanted.length === 0 ? this.#epochs : wanted, by) ?? 'e1';
  }

  node(by: number): string {
    return by % 25 === 0 ? 'nobody' : (pick([...this.#model.nodes.keys()], by) ?? 'nobody');
  }

  inPort(node: string, by: number): string {
    return pick(this.#model.nodes.get(node)?.inPorts ?? [], by)?.name ?? 'nowhere';
  }

  place(by: number, other: number): Location {
    if (by % 25 === 0) return { type: 'Node', epoch: this.epoch(other, 'running') };
    const places = [...this.#model.places()].filter(
      (place) => !('epoch' in place) || other % 12 === 0,
    );
    return pick(places, by) ?? { type: 'OutsideNet' };
  }

  salvo(node: string, by: number): (readonly [string, PacketId])[] {
    const waiting = (this.#model.nodes.get(node)?.inPorts ?? []).flatMap(({ name }) =>
      this.#model
        .at({ type: 'InputPort', node, port: name })
        .map((packet) => [name, packet] as const),
    );
    const start = by % Math.max(1, waiting.length);
    const salvo = [...waiting.slice(start), ...waiting.slice(0, start)].slice(0, by % 4);
    return by % 13 === 0 ? [...salvo, ['i0', this.packet(by, 'InputPort')]] : salvo;
  }

  outPort(packet: PacketId, by: number): string {
    const place = this.#model.where.get(packet);
    const epoch = place !== undefined && 'epoch' in place ? place.epoch : 'e0';
    return this.outPortOf(epoch, by);
  }

  outPortOf(epoch: EpochId, by: number): string {
    const node = this.#model.epochs.get(epoch)?.node ?? '';
    const ports = this.#model.nodes.get(node)?.outPorts ?? [];
    return by % 25 === 0 ? 'nowhere' : (pick(ports, by)?.name ?? 'nowhere');
  }

  condition(epoch: EpochId, by: number): string {
    const node = this.#model.epochs.get(epoch)?.node ?? '';
    const conditions = this.#model.nodes.get(node)?.outConditions ?? [];
    return by % 25 === 0 ? 'nothing' : (pick(conditions, by)?.name ?? 'nothing');
  }

  batch(epoch: EpochId, by: number): BatchOperation[] {
    const inside = this.#model.at({ type: 'Node', epoch });
    const consumed = by % 3 === 0 ? inside.slice(1) : inside;
    const made = by % 4;
    return [
      ...consumed.map((packet): BatchOperation => ({ type: 'ConsumePacket', packet })),
      ...Array.from({ length: made }, (): BatchOperation => ({ type: 'CreatePacket' })),
      ...Array.from({ length: made }, (_, at): BatchOperation[] => [
        {
          type: 'LoadPacketIntoOutputPort',
          packet: `#${at}`,
          port: this.outPortOf(epoch, by + at),
        },
        { type: 'SendOutputSalvo', condition: this.condition(epoch, by + at) },
      ]).flat(),
    ];
  }
}

/** The action that the numbers stand for, on what lives now. `now` in milliseconds. */
export function actionFor(model: ReferenceModel, choice: Choice, now: number): Action {
  const [kind, first, second, third] = choice;
  const choose = new Chooser(model);
  const type = pick(kinds, kind) ?? 'RunNetUntilBlocked';
  const running = choose.epoch(first, 'running');
  const node = choose.node(first);
  switch (type) {
    case 'RunNetUntilBlocked':
      return second % 4 === 0
        ? { type, max: first % 5, now }
        : { type, now, queued: third % 9 === 0 ? 1 : 0 };
    case 'CreatePacket':
      return second % 4 === 0 ? { type } : { type, epoch: running };
    case 'InjectPacket':
      return third % 9 === 0
        ? { type, port: `${node}.${choose.inPort(node, second)}`, retryOf: 'p1', letter: 'd1' }
        : { type, port: `${node}.${choose.inPort(node, second)}` };
    case 'ConsumePacket':
      return { type, packet: choose.packet(first, 'Node', 'OutsideNet') };
    case 'DestroyPacket':
      return { type, packet: choose.packet(first, 'InputPort', 'Edge', 'OutsideNet') };
    case 'LoadPacketIntoOutputPort': {
      const packet = choose.packet(first, 'Node');
      return { type, packet, port: choose.outPort(packet, second) };
    }
    case 'TransportPacketToLocation': {
      const packet = choose.packet(first, 'InputPort', 'Edge', 'OutsideNet');
      return { type, packet, to: choose.place(second, third) };
    }
    case 'SendOutputSalvo':
      return { type, epoch: running, condition: choose.condition(running, second) };
    case 'StartEpoch':
      return { type, epoch: choose.epoch(first, 'startable'), now };
    case 'FinishEpoch':
      return second % 2 === 0
        ? { type, epoch: running }
        : { type, epoch: running, unconsumed: 'destroy' };
    case 'CommitEpoch': {
      const operations = choose.batch(running, second);
      return third % 2 === 0
        ? { type, epoch: running, operations }
        : { type, epoch: running, operations, unconsumed: 'destroy' };
    }
    case 'FailAttempt':
      return { type, epoch: running, error: fault, now };
    case 'TimeOutEpoch':
      return { type, epoch: running };
    case 'CancelEpoch':
      return { type, epoch: second % 2 === 0 ? running : choose.epoch(first, 'startable') };
    case 'CreateEpoch':
    case 'CreateAndStartEpoch':
      return { type, node, salvo: choose.salvo(node, second), now };
    case 'FireTimer': {
      const armed = pick([...model.timers.keys()], first);
      return { type, key: second % 9 === 0 ? 'rate:N0' : (armed ?? 'retry:e1'), now };
    }
    case 'StartNet':
    case 'RecoverNet': {
      const without = second % 4 === 0 ? [...model.nodes.keys()].slice(0, 1) : [];
      return { type, functionless: without };
    }
    case 'NodeUp':
      return { type, node };
    case 'NodeFailed':
      return { type, node, error: fault, now };
    case 'PauseNet':
    case 'ResumeNet':
      return { type };
    case 'StopNet':
      // A net that is stopped has little left to show.
      return second % 5 === 0 ? { type } : { type: 'ResumeNet' };
    case 'RecordDeadLetter':
      return { type, letter: `d${first}`, mark: second % 2 === 0 ? 'retried' : 'discarded' };
    case 'Record':
      return { type, epoch: running, kind: 'now', value: second };
    case 'RecordLateResult':
      return { type, node, epoch: running, attempt: third, outcome: 'returned' };
  }
}
