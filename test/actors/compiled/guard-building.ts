/** Makes the guards of a spec, which record what they see. */
import { and, not, or, stateIn } from 'xstate';
import type { Args, Loose } from './function-arguments.ts';
import { type Family, type GuardSpec, pathOf } from './machine-spec.ts';
import type { Trace } from './trace.ts';

const loose = { and: and as Loose, or: or as Loose, not: not as Loose, stateIn: stateIn as Loose };

export class GuardBuilder {
  readonly #trace: Trace;
  readonly #family: Family;

  constructor(trace: Trace, family: Family) {
    this.#trace = trace;
    this.#family = family;
  }

  guard(spec: GuardSpec): unknown {
    const trace = this.#trace;
    switch (spec.kind) {
      case 'even':
        return 'even';
      case 'below':
        return this.#below(spec);
      case 'and':
        return loose.and(spec.parts.map((part) => this.guard(part)));
      case 'or':
        return loose.or(spec.parts.map((part) => this.guard(part)));
      case 'not':
        return loose.not(this.guard(spec.part));
      case 'in':
        return loose.stateIn(spec.form === 'id' ? `#${spec.state}` : this.#valueOf(spec.state));
      case 'throws':
        return ({ event }: Args) => {
          trace.see('guard throws', event);
          throw new Error('guard');
        };
    }
  }

  #below({ limit, params }: Extract<GuardSpec, { kind: 'below' }>): unknown {
    const trace = this.#trace;
    if (params === 'static') return { type: 'below', params: { limit } };
    if (params === 'dynamic') {
      return {
        type: 'below',
        params: ({ context, event }: Args) => {
          trace.see('guard params', context.n, event);
          return { limit };
        },
      };
    }
    return ({ context, event }: Args) => {
      trace.see('guard', context, event);
      return context.n < limit;
    };
  }

  #valueOf(key: string): unknown {
    const [, ...path] = pathOf(this.#family, key);
    if (path.length === 0) return `#${key}`;
    return path.reduceRight<unknown>(
      (inner, each) => (inner === null ? each : { [each]: inner }),
      null,
    );
  }
}
