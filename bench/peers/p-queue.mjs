/** p-queue: a queue of concurrency 1 per node, a job per execution. */
import PQueue from 'p-queue';

export function make(shape) {
  let fired = 0;
  const queues = shape.nodes.map(() => new PQueue({ concurrency: 1 }));
  const waiting = shape.nodes.map(({ inputs }) => Array.from({ length: inputs }, () => []));
  const arrive = (node, input, value) => {
    const ports = waiting[node];
    ports[input].push(value);
    if (!ports.every(({ length }) => length > 0)) return;
    const [taken] = ports.map((port) => port.shift());
    void queues[node].add(async () => {
      // A job that adds to an idle queue runs it at once: a long chain would be one stack.
      await undefined;
      fired += 1;
      for (const [to, port] of shape.nodes[node].to) arrive(to, port, taken);
    });
  };
  return {
    put: (value) => arrive(0, 0, value),
    async drain() {
      for (;;) {
        await Promise.all(queues.map((queue) => queue.onIdle()));
        if (queues.every(({ size, pending }) => size + pending === 0)) return;
      }
    },
    fired: () => fired,
  };
}
