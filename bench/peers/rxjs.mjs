/** RxJS: a Subject per input, `map` for a node, `zip` for a join. No identity, no history. */
import { Subject, map, observeOn, queueScheduler, zip } from 'rxjs';

export function make(shape) {
  let fired = 0;
  const inputs = shape.nodes.map((node) =>
    Array.from({ length: node.inputs }, () => new Subject()),
  );
  for (const [at, { to }] of shape.nodes.entries()) {
    const [first, ...others] = inputs[at];
    const fire = map((taken) => {
      fired += 1;
      return Array.isArray(taken) ? taken[0] : taken;
    });
    // Through a queue, or a chain of a thousand subjects would be one stack.
    const source = (others.length === 0 ? first : zip(first, ...others)).pipe(
      observeOn(queueScheduler),
      fire,
    );
    if (to.length === 0) source.subscribe();
    else
      source.subscribe((value) => {
        for (const [node, input] of to) inputs[node][input].next(value);
      });
  }
  return {
    put: (value) => inputs[0][0].next(value),
    drain: () => undefined,
    fired: () => fired,
  };
}
