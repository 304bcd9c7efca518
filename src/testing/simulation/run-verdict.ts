/** Whether a simulated run that has come to its end is as it is to be. */
import { NetrunError } from '../../errors.ts';
import type { BlockKind } from '../../machines/action.ts';
import { NonDeterminismError, RecoveryValueMissing } from '../../runtime/errors.ts';
import type { Net } from '../../runtime/net.ts';
import { Replay } from '../../runtime/replay/replay.ts';
import { recordSource } from '../../runtime/replay/record-source.ts';
import { type Breach, BreachFound, type Invariant, type SimulatedEnd } from './finding.ts';
import { GuaranteeBroken, hold } from './guarantee.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { assertStanding } from './standing.ts';

/** What is held against the end of a run. */
export interface EndPlan {
  readonly seed: number;
  readonly invariants: ReadonlyMap<string, Invariant>;
  /** Kinds of standstill that a run may come to where nothing has failed. */
  readonly ends: readonly BlockKind[];
}

/** Throws where anything does not hold of a run that has come to its end. */
export async function judge(
  process: SimulatedProcess,
  plan: EndPlan,
  told: Pick<SimulatedEnd, 'inputs' | 'crashes'>,
): Promise<void> {
  const { net, story, monitor } = process;
  const { state, blocked, counts } = net.status();
  assertStanding(net, story);
  if (state !== 'stopped') assertEnd(process, plan.ends);
  monitor?.end();
  process.assertRules();
  const outputs: Record<string, readonly unknown[]> = {};
  for (const port of net.graph.outputs) outputs[port] = await net.outputs(port);
  const end: SimulatedEnd = {
    seed: plan.seed,
    state,
    blocked,
    outputs,
    history: net.history,
    deadLetters: net.deadLetters.all(),
    counts,
    ...told,
  };
  for (const [name, invariant] of plan.invariants) await assertInvariant(name, invariant, end);
}

/** Where nothing has failed nothing may be left standing. */
function assertEnd({ net, story, operations }: SimulatedProcess, ends: EndPlan['ends']): void {
  const { state, blocked, running, waitingInputs } = net.status();
  const hasFailed = [...story.epochs.values()].some(
    ({ ends: own }) => own.length > 0 && own[0] !== 'finished',
  );
  // A net is not blocked while an input waits for a slot, though nothing more may come.
  const isStuck = blocked === null && running === 0 && waitingInputs > 0;
  const kind = isStuck ? 'stuck' : blocked;
  if (hasFailed || (kind !== null && ends.includes(kind))) return;
  const name = kind ?? state;
  const away = operations.underWay.map(({ node, what }) => `${node} (${what})`).join(', ');
  const left = [
    ...(running > 0 ? [`epochs that do not end: ${running}`] : []),
    ...(away === '' ? [] : [`functions that do not come back: ${away}`]),
    ...(waitingInputs > 0 ? [`inputs that wait for a slot: ${waitingInputs}`] : []),
  ].join('; ');
  const why = left === '' ? '' : ` (${left})`;
  const { text } = net.explainBlocked();
  const message = `nothing has failed, and the net is ${name}${why}:\n${text}`;
  throw new BreachFound({ kind: 'end', name, message });
}

/** A replay of the history gives the same. */
export function assertReplay(net: Net): void {
  const replay = new Replay(recordSource(net.history), { graph: net.graph });
  try {
    const { stateHash } = replay.verify();
    hold(stateHash === net.stateHash(), 'G4', () => 'a replay comes to another state');
  } finally {
    replay.close();
  }
}

async function assertInvariant(
  name: string,
  invariant: Invariant,
  end: SimulatedEnd,
): Promise<void> {
  let result: boolean | string | void;
  try {
    result = await invariant(end);
  } catch (thrown) {
    result = thrown instanceof Error ? thrown.message : String(thrown);
  }
  if (result === true || result === undefined) return;
  const message = typeof result === 'string' ? result : 'it does not hold';
  throw new BreachFound({ kind: 'invariant', name, message });
}

/** What was thrown, as what is wrong with the run. */
export function breachOf(thrown: unknown): Breach {
  const nowhere = { seq: null, packet: null };
  if (thrown instanceof BreachFound) return thrown.breach;
  if (thrown instanceof GuaranteeBroken)
    return { kind: 'guarantee', name: thrown.guarantee, message: thrown.message, ...nowhere };
  if (thrown instanceof NonDeterminismError)
    return { kind: 'guarantee', name: 'G4', message: thrown.message, ...nowhere };
  if (thrown instanceof RecoveryValueMissing)
    return { kind: 'recovery', name: thrown.code, message: thrown.message, ...nowhere };
  const name = thrown instanceof NetrunError ? thrown.code : 'error';
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { kind: 'error', name, message, ...nowhere };
}
