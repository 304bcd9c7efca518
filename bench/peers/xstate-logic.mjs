/** Custom logic in XState's own Actor: nodes by hand, one actor per execution. */
import { createActor } from 'xstate';
import { Queue } from './queue.mjs';

const finished = { status: 'done', output: undefined, error: undefined };

const epochLogic = {
  config: undefined,
  getInitialSnapshot: (_scope, input) => ({
    status: 'active',
    output: undefined,
    error: undefined,
    input,
  }),
  transition: (snapshot, event) => {
    if (event.type !== 'run') return snapshot;
    snapshot.input.emit(snapshot.input.value);
    return finished;
  },
  getPersistedSnapshot: (snapshot) => snapshot,
};

export function make(shape) {
  let fired = 0;
  const queues = shape.nodes.map(({ inputs }) => Array.from({ length: inputs }, () => new Queue()));
  const due = shape.nodes.map(() => 0);
  const ready = [];
  let at = 0;
  const arrive = (node, input, value) => {
    queues[node][input].push(value);
    if (queues[node].some(({ size }) => size <= due[node])) return;
    due[node] += 1;
    ready.push(node);
  };
  const emits = shape.nodes.map(({ to }) => (value) => {
    fired += 1;
    for (const [node, input] of to) arrive(node, input, value);
  });
  return {
    put(value) {
      arrive(0, 0, value);
    },
    drain() {
      while (at < ready.length) {
        const node = ready[at++];
        due[node] -= 1;
        const [value] = queues[node].map((queue) => queue.shift());
        const actor = createActor(epochLogic, { input: { value, emit: emits[node] } });
        actor.start();
        actor.send({ type: 'run' });
      }
      ready.length = 0;
      at = 0;
    },
    fired: () => fired,
  };
}
