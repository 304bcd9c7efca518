/** XState as one would take it: a machine per node, a spawned machine per execution, all interpreted. */
import { assign, createActor, enqueueActions, sendParent, setup } from 'xstate';

const epochMachine = setup({}).createMachine({
  id: 'epoch',
  context: ({ input }) => ({ id: input.id, value: input.value }),
  initial: 'running',
  states: {
    running: {
      always: {
        target: 'finished',
        actions: sendParent(({ context }) => ({
          type: 'epoch.finished',
          id: context.id,
          value: context.value,
        })),
      },
    },
    finished: { type: 'final' },
  },
});

function nodeMachine(inputs, emit) {
  const full = ({ context }) => context.queues.every((queue) => queue.length > 0);
  return setup({ actors: { epoch: epochMachine }, guards: { full } }).createMachine({
    id: 'node',
    context: { queues: Array.from({ length: inputs }, () => []), epochs: 0 },
    initial: 'collecting',
    states: {
      collecting: {
        always: {
          guard: 'full',
          target: 'collecting',
          reenter: true,
          actions: enqueueActions(({ context, enqueue }) => {
            const id = context.epochs + 1;
            const [[value]] = context.queues;
            enqueue.assign({ queues: context.queues.map(([, ...rest]) => rest), epochs: id });
            enqueue.spawnChild('epoch', { id: `e${id}`, input: { id, value } });
          }),
        },
        on: {
          'packet.arrived': {
            actions: assign({
              queues: ({ context, event }) =>
                context.queues.map((queue, at) =>
                  at === event.input ? [...queue, event.value] : queue,
                ),
            }),
          },
          'epoch.finished': {
            actions: [
              ({ event }) => emit(event.value),
              enqueueActions(({ event, enqueue }) => enqueue.stopChild(`e${event.id}`)),
            ],
          },
        },
      },
    },
  });
}

export function make(shape) {
  let fired = 0;
  const outbox = [];
  let sent = 0;
  const actors = shape.nodes.map(({ inputs, to }) =>
    createActor(
      nodeMachine(inputs, (value) => {
        fired += 1;
        for (const [node, input] of to) outbox.push([node, input, value]);
      }),
    ).start(),
  );
  return {
    put(value) {
      outbox.push([0, 0, value]);
    },
    // A queue between the nodes: actors that send to each other directly overflow the stack.
    drain() {
      while (sent < outbox.length) {
        const [node, input, value] = outbox[sent++];
        actors[node].send({ type: 'packet.arrived', input, value });
      }
      outbox.length = 0;
      sent = 0;
    },
    fired: () => fired,
  };
}
