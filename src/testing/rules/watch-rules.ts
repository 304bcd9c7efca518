/**
 * Rules that are followed while a net runs, by an actor that pauses the net when one of them is broken.
 *
 * Owns: the statechart of that actor. W1 a net is paused as soon as the action that breaks a rule is done, before any
 * further epoch is started. W2 what the actor does is in the net's history, as a pause with the rule in its reason.
 */
import { type ActorRefFrom, assign, createActor, fromCallback, setup } from 'xstate';
import { asError } from '../../runtime/errors.ts';
import type { ActionWatcher } from '../../runtime/drive/journal.ts';
import type { Net } from '../../runtime/net.ts';
import { type Clock, SystemClock } from '../../runtime/time/clock.ts';
import { rulesOf } from './read-rules.ts';
import { RuleMonitor } from './rule-monitor.ts';
import type { Rule, RulesInput, RuleViolation } from './rule.ts';

export interface WatchRulesOptions {
  /** The clock of the net, for what has to come within a time. Default: the machine's. */
  readonly clock?: Clock;
}

interface Watched {
  readonly net: Net;
  readonly rules: readonly Rule[];
  readonly clock: Clock;
}

interface RulesContext extends Watched {
  /** The first rule that was broken. */
  readonly violation: RuleViolation | null;
  /** Why the net could not be paused; null where it was. */
  readonly refusal: Error | null;
}

type RulesEvent =
  | { readonly type: 'rule.broken'; readonly violation: RuleViolation }
  | { readonly type: 'net.started' }
  | { readonly type: 'pause.refused'; readonly refusal: Error };

/** Follows the rules, and tells of the first that is broken. */
const watching = fromCallback<RulesEvent, Watched>(({ input, sendBack }) => {
  const { net, rules, clock } = input;
  const monitor = new RuleMonitor(rules);
  let alarm: { readonly at: number; readonly cancel: () => void } | null = null;
  let isTold = false;
  const tell = (): void => {
    const [violation] = monitor.violations;
    if (violation === undefined || isTold) return;
    isTold = true;
    sendBack({ type: 'rule.broken', violation });
  };
  const awaitDeadline = (): void => {
    const { deadline } = monitor;
    if (deadline === alarm?.at) return;
    alarm?.cancel();
    alarm = null;
    if (deadline === null) return;
    // Broken is what has not come by then, so it is looked at just after.
    const ring = (): void => {
      monitor.wait(clock.now());
      tell();
    };
    alarm = { at: deadline, cancel: clock.at(deadline + 1, ring) };
  };
  const watcher: ActionWatcher = (applied) => {
    monitor.take(applied);
    if (applied.action.type === 'StopNet') monitor.end();
    awaitDeadline();
    if (monitor.count === 0) return undefined;
    if (applied.action.type !== 'StartNet') return tell;
    return () => {
      tell();
      sendBack({ type: 'net.started' });
    };
  };
  const unwatch = net.watch(watcher);
  return () => {
    unwatch();
    alarm?.cancel();
  };
});

/** The statechart of an actor that follows rules. */
export const rulesMachine = setup({
  types: {
    context: {} as RulesContext,
    input: {} as Watched,
    events: {} as RulesEvent,
  },
  actors: { watching },
  actions: {
    note: assign({
      violation: ({ event }) => (event.type === 'rule.broken' ? event.violation : null),
    }),
    noteRefusal: assign({
      refusal: ({ event }) => (event.type === 'pause.refused' ? event.refusal : null),
    }),
    pause: ({ context, self }) => {
      const { rule, message } = context.violation ?? { rule: '', message: '' };
      context.net.pause(`rule ${rule} is broken: ${message}`).catch((thrown: unknown) => {
        self.send({ type: 'pause.refused', refusal: asError(thrown) });
      });
    },
  },
}).createMachine({
  id: 'rules',
  context: ({ input }) => ({ ...input, violation: null, refusal: null }),
  invoke: {
    src: 'watching',
    input: ({ context: { net, rules, clock } }) => ({ net, rules, clock }),
  },
  initial: 'holding',
  states: {
    holding: {
      on: { 'rule.broken': { target: 'broken', actions: ['note', 'pause'] } },
    },
    broken: {
      on: {
        'pause.refused': { actions: 'noteRefusal' },
        // A net that was not started yet could not be paused.
        'net.started': { actions: 'pause' },
      },
    },
  },
});

/** An actor that follows rules: `holding`, or `broken` with the `violation` in its context. */
export type RulesActor = ActorRefFrom<typeof rulesMachine>;

/**
 * Follows rules from now on, and pauses the net when the first of them is broken, with the rule in the recorded reason.
 * A rule that waits for something without a bound is judged when the net is stopped. `stop()` of the actor ends it.
 * Throws RulesError.
 */
export function watchRules(
  net: Net,
  rules: RulesInput | readonly Rule[],
  { clock = new SystemClock() }: WatchRulesOptions = {},
): RulesActor {
  const input = { net, rules: rulesOf(rules, net.graph), clock };
  return createActor(rulesMachine, { input }).start();
}
