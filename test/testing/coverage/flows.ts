/** Flows that the tests of coverage run, each for what it reaches. */
import { HeldClock, Net, type NodeOptions, defineNode, flow } from 'netrun';

/** One node in front of another one; the first call of the first one's function fails where it is told to. */
export function pair(options: NodeOptions = {}, failures = 0) {
  let left = failures;
  const first = defineNode({
    in: { x: 'number' },
    out: { y: 'number' },
    options,
    exec: ({ x }) => {
      left -= 1;
      if (left >= 0) throw new Error('not yet');
      return { y: x + 1 };
    },
  });
  const second = defineNode({
    in: { x: 'number' },
    out: { y: 'number' },
    exec: async ({ x }) => ({ y: await Promise.resolve(x * 2) }),
  });
  return flow()
    .node('Add', first)
    .node('Double', second)
    .edge('Add.y', 'Double.x')
    .outputs('Double.y')
    .build();
}

/** Runs the flow on one value, to its end, and stops it. */
export async function runOnce(
  graph: ReturnType<typeof pair>,
  engine: 'compiled' | 'interpreted' = 'compiled',
): Promise<Net> {
  const clock = new HeldClock();
  const net = new Net(graph, { clock, engine });
  await net.inject('Add.x', 1);
  const end = { over: false };
  const running = net.start().finally(() => {
    end.over = true;
  });
  while (!end.over) await clock.advance(1000);
  await running;
  await net.stop();
  return net;
}
