/** Makes the actions of a spec, which record what they see. */
import {
  assign,
  cancel,
  emit,
  enqueueActions,
  forwardTo,
  log,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stopChild,
} from 'xstate';
import type { Args, Loose } from './function-arguments.ts';
import type { GuardBuilder } from './guard-building.ts';
import type { ActionSpec, DelaySpec, EnqueuedSpec } from './machine-spec.ts';
import type { Trace } from './trace.ts';

const creators = {
  assign: assign as Loose,
  raise: raise as Loose,
  cancel: cancel as Loose,
  sendTo: sendTo as Loose,
  sendParent: sendParent as Loose,
  forwardTo: forwardTo as Loose,
  emit: emit as Loose,
  log: log as Loose,
  enqueueActions: enqueueActions as Loose,
  spawnChild: spawnChild as Loose,
  stopChild: stopChild as Loose,
};

interface Enqueue {
  (action: unknown): void;
  [method: string]: Loose;
}

const methodOf: Readonly<Record<string, string>> = {
  assign: 'assign',
  spawn: 'assign',
  raise: 'raise',
  cancel: 'cancel',
  sendTo: 'sendTo',
  sendParent: 'sendParent',
  emit: 'emit',
  spawnChild: 'spawnChild',
  stopChild: 'stopChild',
};

type Creator = keyof typeof creators;
/** An XState action as the call that makes it, so that `enqueue.…` can make it too. */
interface Call {
  readonly creator: Creator;
  readonly args: readonly unknown[];
}

export class ActionBuilder {
  /** Actions that are referred to by name, so that they are given parameters. */
  readonly named: Record<string, unknown> = {};
  readonly #trace: Trace;
  readonly #guards: GuardBuilder;

  constructor(trace: Trace, guards: GuardBuilder) {
    this.#trace = trace;
    this.#guards = guards;
  }

  note(label: string, { context, event, self }: Args, params: unknown): void {
    const snapshot = self.getSnapshot() as { value?: unknown; children?: object } | undefined;
    const children = Object.keys(snapshot?.children ?? {});
    this.#trace.see(label, params, context, event, self.id, snapshot?.value, children);
  }

  /** Costs fuel wherever the machine could go round in a circle. */
  get pace(): unknown {
    return {
      type: 'pace',
      params: ({ context, event }: Args) => {
        this.#trace.see('pace', context.n, event.type);
        return context.n;
      },
    };
  }

  actions(specs: readonly ActionSpec[]): unknown[] {
    return specs.flatMap((spec) => this.#action(spec));
  }

  #action(spec: ActionSpec): unknown[] {
    switch (spec.kind) {
      case 'note':
        return [this.#noteAction(spec)];
      case 'unknown':
        return ['nobody'];
      case 'throws':
        return [
          ({ event }: Args) => {
            this.#trace.see('throws', event);
            throw new Error('thrown');
          },
        ];
      default: {
        const { creator, args } = this.#call(spec);
        const made = creators[creator](...args);
        const named = 'params' in spec && spec.params;
        return [...(this.#paces(spec) ? [this.pace] : []), named ? this.#withParams(made) : made];
      }
    }
  }

  #paces(spec: ActionSpec): boolean {
    return spec.kind === 'forwardTo' || ('event' in spec && spec.form === 'static');
  }

  #withParams(action: unknown): unknown {
    const name = `named ${Object.keys(this.named).length}`;
    this.named[name] = action;
    return { type: name, params: ({ context: { n } }: Args) => ({ n }) };
  }

  #noteAction({ label, params }: Extract<ActionSpec, { kind: 'note' }>): unknown {
    switch (params) {
      case 'none':
        return { type: label };
      case 'string':
        return label;
      case 'static':
        return { type: label, params: { given: 1 } };
      case 'dynamic':
        return {
          type: label,
          params: ({ context, event }: Args) => {
            this.#trace.see('params', context, event);
            return { n: context.n };
          },
        };
      case 'inline':
        return (args: Args, given: unknown) => this.note(`inline ${label}`, args, given);
    }
  }

  #call(spec: Exclude<ActionSpec, { kind: 'note' | 'unknown' | 'throws' }>): Call {
    switch (spec.kind) {
      case 'assign':
        return { creator: 'assign', args: [this.#assignment(spec)] };
      case 'spawn':
        return { creator: 'assign', args: [this.#spawnAssignment(spec)] };
      case 'raise':
        return { creator: 'raise', args: [this.#event(spec), this.#later(spec)] };
      case 'cancel':
        return { creator: 'cancel', args: [spec.form === 'static' ? spec.id : () => spec.id] };
      case 'sendTo':
        return {
          creator: 'sendTo',
          args: [this.#recipient(spec.to), this.#event(spec), this.#later(spec)],
        };
      case 'sendParent':
        return { creator: 'sendParent', args: [this.#event(spec), this.#later(spec)] };
      case 'forwardTo':
        return { creator: 'forwardTo', args: [spec.to] };
      case 'emit':
        return { creator: 'emit', args: [this.#event(spec)] };
      case 'log':
        return {
          creator: 'log',
          args: [this.#logged(spec.form), ...(spec.label === null ? [] : [spec.label])],
        };
      case 'enqueue':
        return { creator: 'enqueueActions', args: [this.#collector(spec.items)] };
      case 'spawnChild':
        return this.#spawnCall(spec);
      case 'stopChild':
        return { creator: 'stopChild', args: [this.#stopped(spec)] };
    }
  }

  #assignment({ form, add }: Extract<ActionSpec, { kind: 'assign' }>): unknown {
    const next = ({ context, event, self }: Args, params: unknown): number => {
      this.#trace.see('assign', context, event, self.id, params);
      return (context.n + add) % 7;
    };
    // One that adds 2 gives the context a further key.
    if (form === 'object') return add === 2 ? { n: next, even: 'more' } : { n: next };
    return (args: Args, params: unknown) =>
      add === 2 ? { odd: args.context.n, n: next(args, params) } : { n: next(args, params) };
  }

  #spawnAssignment({
    src,
    id,
    form,
    sync,
    system,
  }: Extract<ActionSpec, { kind: 'spawn' }>): unknown {
    const ref = ({ context, spawn }: Args & { spawn: Loose }): unknown => {
      this.#trace.see('spawn', src, context.n);
      const input = { n: context.n };
      return spawn(src, {
        input,
        ...(id === null ? {} : { id }),
        ...(sync === true ? { syncSnapshot: true } : {}),
        ...(system === true ? { systemId: 'sys' } : {}),
      });
    };
    return form === 'object' ? { ref } : (args: Args & { spawn: Loose }) => ({ ref: ref(args) });
  }

  #event(spec: Extract<ActionSpec, { event: string }>): unknown {
    const { kind, event: type, form } = spec;
    if (form === 'static') return { type, from: kind };
    return ({ context, event }: Args, params: unknown) => {
      this.#trace.see(`event of ${kind}`, context, event, params);
      return { type, n: context.n };
    };
  }

  #later({ delay, id }: { delay?: DelaySpec; id?: string }): unknown {
    if (delay === undefined && id === undefined) return undefined;
    const named = id === undefined ? {} : { id };
    if (delay === undefined) return named;
    if (delay !== 'inline') return { ...named, delay };
    return {
      ...named,
      delay: ({ context: { n }, event }: Args) => {
        this.#trace.see('inline delay', n, event);
        return n + 1;
      },
    };
  }

  #recipient(to: Extract<ActionSpec, { kind: 'sendTo' }>['to']): unknown {
    switch (to) {
      case 'self':
        return ({ self }: Args) => self;
      case 'ref':
        return ({ context, self }: Args) => context.ref ?? self;
      case 'parent':
        return '#_parent';
      case 'system':
        return ({ system }: Args) => system.get('sys');
      case 'missing':
        return 'nobody';
      default:
        return to.slice(1);
    }
  }

  #logged(form: string): unknown {
    if (form === 'static') return 'logged';
    return ({ context, event }: Args) => {
      this.#trace.see('logs', context, event);
      return `logged ${context.n}`;
    };
  }

  #collector(items: readonly EnqueuedSpec[]): unknown {
    const built = items.map(({ check, method, actions }) => ({
      guard: check === null ? undefined : this.#guards.guard(check),
      method,
      actions: actions.map((spec) => ({ spec, made: this.#action(spec) })),
    }));
    return (args: Args & { enqueue: Enqueue; check: Loose }, params: unknown) => {
      this.#trace.see('enqueue', args.context, args.event, args.self.id, params);
      for (const { guard, method, actions } of built) {
        if (guard !== undefined && args.check(guard) !== true) continue;
        for (const { spec, made } of actions) this.#enqueue(args.enqueue, spec, made, method);
      }
    };
  }

  #enqueue(enqueue: Enqueue, spec: ActionSpec, made: readonly unknown[], method: boolean): void {
    const name = method ? methodOf[spec.kind] : undefined;
    if (
      name === undefined ||
      spec.kind === 'note' ||
      spec.kind === 'unknown' ||
      spec.kind === 'throws'
    ) {
      for (const action of made) enqueue(action);
      return;
    }
    if (this.#paces(spec)) enqueue(this.pace);
    enqueue[name]?.(...this.#call(spec).args);
  }

  #spawnCall({ src, id, form, sync, system }: Extract<ActionSpec, { kind: 'spawnChild' }>): Call {
    const input = ({ context, event, self }: Args): unknown => {
      this.#trace.see('spawn input', src, context.n, event, self.id);
      return { n: context.n };
    };
    const options = {
      ...(id === null ? {} : { id: form === 'static' ? id : () => id }),
      ...(sync === true ? { syncSnapshot: true } : {}),
      ...(system === true ? { systemId: 'sys' } : {}),
      input: form === 'static' ? { n: 3 } : input,
    };
    return { creator: 'spawnChild', args: [src, options] };
  }

  #stopped({ id, form }: Extract<ActionSpec, { kind: 'stopChild' }>): unknown {
    if (form === 'id') return id;
    if (form === 'ref') return ({ context }: Args) => context.ref;
    if (form === 'self') return ({ self }: Args) => self;
    if (form === 'system') return ({ system }: Args) => system.get('sys');
    return () => id;
  }
}
