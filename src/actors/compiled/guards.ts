/** What a guard says of context and event. */
import type { AnyEvent } from './event.ts';
import type { GuardCode, Params } from './guard-code.ts';

export function paramsFor(params: Params, context: unknown, event: AnyEvent): unknown {
  if (params.kind === 'none') return undefined;
  return params.kind === 'given' ? params.value : params.from({ context, event });
}

/** Truthy where the guard lets pass: what its function returned. */
export function evaluateGuard(
  guard: GuardCode,
  context: unknown,
  event: AnyEvent,
  configuration: { isIn(value: unknown): boolean },
): unknown {
  switch (guard.kind) {
    case 'call':
      return guard.fn({ context, event }, paramsFor(guard.params, context, event));
    case 'and':
      return guard.guards.every((each) => evaluateGuard(each, context, event, configuration));
    case 'or':
      return guard.guards.some((each) => evaluateGuard(each, context, event, configuration));
    case 'not': {
      const [inner] = guard.guards;
      return inner === undefined || !evaluateGuard(inner, context, event, configuration);
    }
    case 'in':
      return configuration.isIn(guard.value);
    case 'missing':
      // Word for word as XState says it, stray quote included: whoever matches on it finds the same.
      throw new Error(`Guard '${guard.name}' is not implemented.'.`);
  }
}
