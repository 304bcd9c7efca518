/** XState's own actor as the host of a compiled machine. */
import type { AnyEvent } from './event.ts';
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import { spawnChildOf } from './actor.ts';
import { makeEffect } from './effects.ts';
import type { ChildOptions, EffectKind, Host, PendingAction } from './host.ts';
import type { ScopeParts, SystemParts } from './xstate-internals.ts';

const hosts = new WeakMap<ScopeParts, ScopeHost>();

export class ScopeHost implements Host {
  readonly isDirect = false;
  readonly isWatched = true;
  readonly #scope: ScopeParts;

  private constructor(scope: ScopeParts) {
    this.#scope = scope;
  }

  static of(scope: ScopeParts): ScopeHost {
    let host = hosts.get(scope);
    if (host === undefined) {
      host = new ScopeHost(scope);
      hosts.set(scope, host);
    }
    return host;
  }

  get self(): AnyActorRef {
    return this.#scope.self;
  }

  get system(): SystemParts {
    return this.#scope.system;
  }

  log(...values: readonly unknown[]): void {
    this.#scope.logger(...values);
  }

  perform(action: PendingAction): void {
    this.#scope.actionExecutor(action);
  }

  later(kind: EffectKind, a: unknown, b: unknown): void {
    this.#scope.defer(() => makeEffect(this, kind, a, b));
  }

  emit(event: AnyEvent): void {
    this.#scope.emit(event);
  }

  stopChild(child: AnyActorRef): void {
    this.#scope.stopChild(child);
  }

  spawn(logic: AnyActorLogic, options: ChildOptions): AnyActorRef {
    return spawnChildOf(this.self, logic, options);
  }
}
