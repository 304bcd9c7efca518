/** Salvo terms decided in the plainest way, as an independent second opinion. */
import type { Take, Term } from '../../src/machines/spec.ts';

export interface PortCount {
  readonly count: number;
  /** null = infinite. */
  readonly slots: number | null;
}

export function holds(term: Term, ports: readonly PortCount[]): boolean {
  if ('terms' in term) {
    const truths = term.terms.map((part) => holds(part, ports));
    return term.type === 'and' ? !truths.includes(false) : truths.includes(true);
  }
  if (term.type === 'not') return !holds(term.term, ports);
  const port = ports[term.port];
  if (port === undefined) throw new Error(`the term names port ${term.port}, which is not there`);
  const full = port.slots === null ? false : port.count >= port.slots;
  switch (term.type) {
    case 'empty':
      return port.count === 0;
    case 'nonempty':
      return port.count !== 0;
    case 'full':
      return full;
    case 'nonfull':
      return !full;
    case 'count': {
      const difference = port.count - term.n;
      const truths = {
        '==': difference === 0,
        '!=': difference !== 0,
        '<': difference < 0,
        '<=': difference <= 0,
        '>': difference > 0,
        '>=': difference >= 0,
      };
      return truths[term.op];
    }
  }
}

/** The packets that a condition takes: from each port the oldest, in the order of the condition. */
export function taken<P>(
  takes: readonly Take[],
  queues: readonly (readonly P[])[],
): { readonly port: number; readonly packet: P }[] {
  return takes.flatMap(({ port, count }) => {
    const queue = queues[port] ?? [];
    return queue.slice(0, count ?? queue.length).map((packet) => ({ port, packet }));
  });
}
