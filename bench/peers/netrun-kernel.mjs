/** The kernel alone: actions in, events out; no values, no functions, no history. Variant: the engine. */
import { createKernel } from '../../dist/kernel.js';
import { graphOf } from './netrun.mjs';

const pass = (packets) => [
  ...packets.map(([, packet]) => ({ type: 'ConsumePacket', packet })),
  { type: 'CreatePacket' },
  { type: 'LoadPacketIntoOutputPort', packet: '#0', port: 'out' },
  { type: 'SendOutputSalvo', condition: 'send' },
];
const end = (packets) => packets.map(([, packet]) => ({ type: 'ConsumePacket', packet }));

export function make(shape, engine) {
  const kernel = createKernel(graphOf(shape), { engine });
  const lasts = new Set(shape.nodes.flatMap(({ to }, at) => (to.length === 0 ? [`N${at}`] : [])));
  let fired = 0;
  const apply = (action) => {
    const answer = kernel.apply(action);
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer;
  };
  const run = (epoch, node, packets) => {
    apply({ type: 'StartEpoch', epoch });
    const operations = lasts.has(node) ? end(packets) : pass(packets);
    apply({ type: 'CommitEpoch', epoch, operations });
    fired += 1;
  };
  return {
    put() {
      apply({ type: 'InjectPacket', port: 'N0.in0' });
    },
    drain() {
      for (;;) {
        const { events } = apply({ type: 'RunNetUntilBlocked', max: 16 });
        if (events.length === 0) return;
        let node = '';
        for (const event of events) {
          if (event.event === 'EpochCreated') ({ node } = event);
          else if (event.event === 'InputSalvoTriggered') run(event.epoch, node, event.packets);
        }
      }
    },
    fired: () => fired,
  };
}
