/** Small flows for the tests of the simulation. */
import { type Flow, flow } from '../../../src/dsl/builder.ts';
import { defineNode } from '../../../src/dsl/define-node.ts';
import type { NodeOptions } from '../../../src/dsl/schema.ts';

/** Passes on the text it gets, with its own name behind it; asynchronous. */
function marking(mark: string, options: NodeOptions = {}) {
  return defineNode({
    in: { text: 'string' },
    out: { text: 'string' },
    options,
    exec: async ({ text }) => {
      await Promise.resolve();
      return { text: `${text}${mark}` };
    },
  });
}

/** One text goes to three nodes at once, whose texts leave by one port, in the order in which they come. */
export function fan(): Flow {
  const gather = defineNode({
    in: { text: 'string' },
    out: { text: 'string' },
    exec: ({ text }) => ({ text }),
  });
  const split = defineNode({
    in: { text: 'string' },
    out: { text: 'string' },
    exec: ({ text }) => ({ text }),
  });
  return flow()
    .node('Split', split)
    .node('A', marking('a'))
    .node('B', marking('b'))
    .node('C', marking('c'))
    .node('Gather', gather)
    .edge('Split.text', 'A.text')
    .edge('Split.text', 'B.text')
    .edge('Split.text', 'C.text')
    .edge('A.text', 'Gather.text')
    .edge('B.text', 'Gather.text')
    .edge('C.text', 'Gather.text')
    .outputs('Gather.text')
    .build();
}

/** A chain with everything that can be made to go wrong: retries, time limits, a rate. */
export function chain(): Flow {
  const retried: NodeOptions = {
    deferNetActions: true,
    retries: 2,
    retryWait: 0.05,
    attemptTimeout: 0.5,
    timeout: 5,
  };
  const last = defineNode({
    in: { text: 'string' },
    out: { text: 'string' },
    options: { rateLimitPerSecond: 50 },
    exec: ({ text }) => ({ text: `${text}.` }),
  });
  return flow()
    .settings({ onError: 'continue' })
    .node('First', marking('1', retried))
    .node('Second', marking('2', { timeout: 2 }))
    .node('Last', last)
    .edge('First.text', 'Second.text')
    .edge('Second.text', 'Last.text')
    .outputs('Last.text')
    .build();
}
