/**
 * A node: gathers salvos, opens epochs, and says whether one may start.
 *
 * Owns: what it knows of its ports' counts, the salvo being gathered, how many of its epochs wait
 * and run, when the next may start. Regions: *intake* turns packets into epochs, *gate* holds
 * starts back, *service* is the life of its start and stop functions.
 */
import { portMachine } from './input-port.machine.ts';
import { initialContext } from './node-context.ts';
import {
  type NodeParts,
  arrivalGuard,
  autostartCondition,
  manualCondition,
  nodeParts,
} from './node-parts.ts';
import { outputPortMachine } from './output-port.machine.ts';
import { type SpawnChild, epochDone, inputAddress, outputAddress } from './protocol.ts';
import type { InConditionSpec, NodeShape, Take } from './spec.ts';

/** The state that gathers a salvo made by hand: no condition can have this name. */
export const manualState = 'by-hand';

/** What the node's rules leave out is not in its machine. */
const when = <T>(possible: boolean, transition: T): readonly T[] => (possible ? [transition] : []);

/** Opens an epoch: its actor, then its story for the history. */
function opening(condition: string) {
  return [
    'register' as const,
    { type: 'openEpoch' as const, params: { condition } },
    { type: 'emitOpened' as const, params: { condition } },
    'noteOpened' as const,
  ];
}

function portName(spec: NodeShape, { port }: Take): string {
  return spec.inPorts[port]?.name ?? '';
}

const violate = ['overflow', 'forgetSalvo'] as const;

/** What follows the answers of the ports: with the last one the epoch opens; one too many is cancelled at once. */
function whenTaken(
  condition: string,
  { answers, limited }: { readonly answers: number | null; readonly limited: boolean },
  gather: 'gatherPicked' | { readonly type: 'gather'; readonly params: { takes: readonly Take[] } },
  next: 'markAgain' | 'markNode',
) {
  const open = opening(condition);
  // A run need not evaluate a node that has nothing left; an action marks it whatever is left.
  const drained = next === 'markAgain' ? [] : [next];
  return [
    ...when(answers !== 1, { guard: 'moreAnswersToCome' as const, actions: [gather] }),
    ...when(limited, {
      guard: 'overLimit' as const,
      target: '#node.intake.collecting',
      actions: [gather, ...open, ...violate, next],
    }),
    {
      guard: 'portsAreDrained' as const,
      target: '#node.intake.collecting',
      actions: [gather, ...open, 'forgetSalvo' as const, ...drained],
    },
    {
      target: '#node.intake.collecting',
      actions: [gather, ...open, 'forgetSalvo' as const, next],
    },
  ];
}

function gatheringState(condition: InConditionSpec, limited: boolean) {
  const gather = { type: 'gather' as const, params: { takes: condition.takes } };
  const taken = whenTaken(
    condition.name,
    { answers: condition.takes.length, limited },
    gather,
    'markAgain',
  );
  return { on: { 'port.taken': taken } };
}

function intakeRegion(spec: NodeShape, dag: boolean, parts: NodeParts) {
  const limited = dag || spec.rules.maxEpochs !== null;
  const held = when(spec.rules.maxPendingEpochs !== null, {
    guard: 'pendingIsFull' as const,
    target: 'held' as const,
  });
  const gathering = Object.fromEntries(
    spec.inConditions.map((condition) => [condition.name, gatheringState(condition, limited)]),
  );
  const ask = (condition: InConditionSpec) => [
    { type: 'startGathering' as const, params: { awaiting: condition.takes.length } },
    ...condition.takes.map(({ port, count }) => ({
      type: 'askPort' as const,
      params: { port, count },
    })),
  ];
  const gather = (condition: InConditionSpec, at: number, counting: readonly 'count'[]) => ({
    guard: { type: condition.when as 'term', params: { condition: at } },
    target: `gathering.${condition.name}`,
    actions: [...counting, ...ask(condition)],
  });
  /** A condition that takes from one port gets what the arrival there tells of, without asking. */
  const gatherArrived = (condition: InConditionSpec, at: number) => {
    const [take, another] = condition.takes;
    if (take === undefined || another !== undefined) return [gather(condition, at, ['count'])];
    const only = spec.inPorts.length === 1;
    const name = only ? condition.when : arrivalGuard(condition, portName(spec, take));
    const arrived = {
      guard: { type: name as 'term', params: { condition: at, port: take.port } },
      target: `gathering.${condition.name}`,
      actions: [
        'count' as const,
        { type: 'startGathering' as const, params: { awaiting: 1 } },
        { type: 'takeArrived' as const, params: take },
        { type: 'tellTook' as const, params: take },
      ],
    };
    return only ? [arrived] : [arrived, gather(condition, at, ['count'])];
  };
  const startItself = {
    guard: 'autostartIsDue' as const,
    actions: [
      'takeIds' as const,
      ...opening(autostartCondition),
      'forgetSalvo' as const,
      'markAgain' as const,
    ],
  };
  /**
   * What the node does next: the first condition that holds and takes something is gathered. A node
   * that is to start an epoch of its own accord is marked, and so evaluated before anything arrives.
   */
  const evaluations = [
    ...held,
    ...when(spec.rules.autostart, startItself),
    ...spec.inConditions.map((condition, at) => gather(condition, at, [])),
    {},
  ];
  const arrivals = [
    ...held.map((transition) => ({ ...transition, actions: ['count' as const] })),
    ...spec.inConditions.flatMap(gatherArrived),
    { actions: ['count' as const] },
  ];
  const openAlone = ['takeIds' as const, ...opening(manualCondition)];
  const byHand = [
    ...when(limited, {
      guard: 'emptySalvoOverLimit' as const,
      actions: [...openAlone, ...violate],
    }),
    { guard: 'salvoIsEmpty' as const, actions: [...openAlone, 'forgetSalvo' as const] },
    {
      target: `gathering.${manualState}`,
      actions: ['startPicking' as const, 'askForPicked' as const],
    },
  ];
  return parts.createStateConfig({
    initial: 'collecting',
    on: {
      'epoch.overflow': { actions: ['emitViolation', 'cancelOpened', 'tellViolation'] },
    },
    states: {
      collecting: {
        on: {
          'port.arrived': arrivals,
          'port.changed': { actions: ['count', 'markNode'] },
          'node.evaluate': evaluations,
          'epoch.create': byHand,
        },
      },
      gathering: {
        initial: manualState,
        states: {
          ...gathering,
          [manualState]: {
            on: {
              'port.taken': whenTaken(
                manualCondition,
                { answers: null, limited },
                'gatherPicked',
                'markNode',
              ),
            },
          },
        },
      },
      held: {
        on: {
          'port.arrived': { actions: ['count'] },
          'port.changed': { actions: ['count'] },
          'epoch.create': byHand,
          'epoch.started': [
            { guard: 'makesRoom', target: 'collecting', actions: ['markNode'] },
            {},
          ],
          [epochDone]: [{ guard: 'endMakesRoom', target: 'collecting', actions: ['markNode'] }, {}],
        },
      },
    },
  });
}

function gateRegion(spec: NodeShape, dag: boolean, parts: NodeParts) {
  const { maxEpochs, maxParallelEpochs, startSpacingMs } = spec.rules;
  const limited = dag || maxEpochs !== null;
  const spaced = startSpacingMs > 0;
  const ends = (ready: boolean) => [
    {
      guard: 'endsPending' as const,
      actions: [
        'countPendingEnd' as const,
        ready ? ('tellPendingEndReady' as const) : ('tellPendingEnd' as const),
      ],
    },
    {
      guard: 'failed' as const,
      actions: [
        'countRunEnd' as const,
        { type: 'tellRunEnd' as const, params: { trouble: 'failure' as const } },
      ],
    },
    {
      actions: [
        'countRunEnd' as const,
        { type: 'tellRunEnd' as const, params: { trouble: 'none' as const } },
      ],
    },
  ];
  /** A state that holds starts back until `over`. */
  const holding = (
    over: 'isNotClosed' | 'isNotBackpressured' | 'isNotSaturated' | 'isNotThrottled',
  ) => ({
    always: { guard: over, target: 'open', actions: ['tellGateOpened', 'markGate'] as const },
  });
  const disarm = [
    'emitRateCleared' as const,
    'disarmRate' as const,
    { type: 'tellTimer' as const, params: { delta: -1 as const } },
  ];
  return parts.createStateConfig({
    initial: 'open',
    states: {
      open: {
        always: [
          { guard: 'isClosed', target: 'closed', actions: ['tellGateClosed'] },
          ...when(limited, {
            guard: 'isExhausted' as const,
            target: 'exhausted' as const,
            actions: ['tellGateClosed' as const],
          }),
          { guard: 'isBackpressured', target: 'backpressured', actions: ['tellGateClosed'] },
          ...when(maxParallelEpochs !== null, {
            guard: 'isSaturated' as const,
            target: 'saturated' as const,
            actions: ['tellGateClosed' as const],
          }),
          ...when(spaced, {
            guard: 'isThrottled' as const,
            target: 'throttled' as const,
            actions: ['tellGateClosed' as const],
          }),
        ],
        on: {
          'epoch.admit': { actions: ['admit'] },
          'epoch.opened': { actions: ['tellOpenedReady'] },
          'epoch.started': [
            ...when(spaced, {
              guard: 'needsPause' as const,
              actions: [
                'countStart' as const,
                'tellStartedReady' as const,
                'armRate' as const,
                'emitRateSet' as const,
                { type: 'tellTimer' as const, params: { delta: 1 as const } },
              ],
            }),
            { actions: ['countStart', 'tellStartedReady'] },
          ],
          [epochDone]: ends(true),
        },
      },
      saturated: holding('isNotSaturated'),
      throttled: holding('isNotThrottled'),
      backpressured: holding('isNotBackpressured'),
      exhausted: {},
      closed: holding('isNotClosed'),
    },
    on: {
      'epoch.admit': [{ guard: 'isBare', actions: ['admit'] }, {}],
      'epoch.opened': { actions: ['tellOpened'] },
      'epoch.started': { actions: ['countStart', 'tellStarted'] },
      [epochDone]: ends(false),
      'output.blocked': { actions: ['countBlocked'] },
      'output.freed': { actions: ['countFreed'] },
      'net.opened': { actions: ['open'] },
      'net.closed': { actions: ['close'] },
      'net.stopping': [
        { guard: 'isThrottled', actions: ['close', ...disarm] },
        { actions: ['close'] },
      ],
      'timer.fire': [
        { guard: 'isThrottled', actions: disarm },
        {
          actions: [
            {
              type: 'refuse',
              params: { code: 'TIMER_NOT_ARMED', message: 'the node has no such timer armed' },
            },
          ],
        },
      ],
    },
  });
}

function serviceRegion(parts: NodeParts) {
  const refuse = {
    actions: [
      {
        type: 'refuse' as const,
        params: { code: 'NET_STATE' as const, message: 'the node is not starting' },
      },
    ],
  };
  const refuseTimer = {
    actions: [
      {
        type: 'refuse' as const,
        params: { code: 'TIMER_NOT_ARMED' as const, message: 'the node has no such timer armed' },
      },
    ],
  };
  const timer = (delta: 1 | -1) => ({ type: 'tellTimer' as const, params: { delta } });
  const disarm = ['emitRestartCleared' as const, 'disarmRestart' as const, timer(-1)];
  const again = ['tellStarvedAgain' as const, 'enlistAgain' as const, 'markAutostart' as const];
  const settled = (trouble: 'none' | 'failure') => ({
    type: 'tellSettled' as const,
    params: { trouble },
  });
  return parts.createStateConfig({
    initial: 'down',
    states: {
      down: {
        on: {
          'net.started': [
            { guard: 'hasNoFunction', actions: ['enlist', 'markAutostart', 'tellStarved'] },
            { target: 'starting', actions: ['enlist', 'markAutostart'] },
          ],
        },
      },
      starting: {
        on: {
          'node.up': { target: 'up', actions: ['rise', 'emitUp', settled('none')] },
          'node.fail': [
            {
              guard: 'mayRestart',
              target: 'failed',
              actions: [
                'emitDown',
                'scheduleRestart',
                'emitRestartScheduled',
                'emitRestartSet',
                timer(1),
              ],
            },
            { target: 'failed', actions: ['emitDown', settled('failure')] },
          ],
          'service.stop': { target: 'stopping' },
        },
      },
      up: { on: { 'service.stop': { target: 'stopping' } } },
      stopping: { on: { 'net.stopped': { target: 'down', actions: ['fall'] } } },
      failed: {
        on: {
          'restart.fire': [
            { guard: 'awaitsRestart', target: 'starting', actions: [...disarm, 'emitRestarting'] },
            refuseTimer,
          ],
          'service.stop': [
            { guard: 'awaitsRestart', target: 'stopping', actions: disarm },
            { target: 'stopping' },
          ],
        },
      },
    },
    on: {
      'node.up': refuse,
      'node.fail': refuse,
      'restart.fire': refuseTimer,
      'net.recovered': [
        { guard: 'losesRestart', target: '.down', actions: [...disarm, ...again] },
        { guard: 'hasNoFunction', target: '.down', actions: again },
        { guard: 'awaitsRestart', actions: again },
        { target: '.starting', actions: [...again, 'forgetFailures'] },
      ],
    },
  });
}

/**
 * The machine of a node, generated from its spec: one gathering state per salvo condition, whose
 * guard is named by the term. `dag`: the net is in DAG mode, the node opens one epoch.
 */
export function createNodeMachine(spec: NodeShape, dag: boolean) {
  const parts = nodeParts(spec, dag);
  return parts.createMachine({
    id: 'node',
    context: ({ input, spawn }) => {
      const child = spawn as SpawnChild;
      for (const port of input.inputs) {
        const id = inputAddress(input.name, port.port);
        child(portMachine(port), { id, systemId: id, input: port });
      }
      for (const port of input.outputs) {
        const id = outputAddress(input.name, port.port);
        child(outputPortMachine, { id, systemId: id, input: port });
      }
      return initialContext(spec, input);
    },
    type: 'parallel',
    states: {
      intake: intakeRegion(spec, dag, parts),
      gate: gateRegion(spec, dag, parts),
      service: serviceRegion(parts),
    },
  });
}

export type NodeMachine = ReturnType<typeof createNodeMachine>;
