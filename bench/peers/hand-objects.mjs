/** A loop written by hand: packets, epochs and every event are objects, and all events are kept. */
import { Queue } from './queue.mjs';

class Packet {
  constructor(id, value) {
    this.id = id;
    this.value = value;
  }
}

class Epoch {
  constructor(id, node, packets) {
    this.id = id;
    this.node = node;
    this.packets = packets;
  }
}

export function make(shape) {
  const events = [];
  const queues = shape.nodes.map(({ inputs }) => Array.from({ length: inputs }, () => new Queue()));
  const ready = new Queue();
  const due = shape.nodes.map(() => 0);
  let packets = 0;
  let epochs = 0;
  let fired = 0;
  const arrive = (node, input, packet) => {
    queues[node][input].push(packet);
    events.push({ event: 'PacketMoved', packet: packet.id, node, input });
    if (queues[node].some(({ size }) => size <= due[node])) return;
    due[node] += 1;
    ready.push(node);
  };
  const fire = (node) => {
    due[node] -= 1;
    const taken = queues[node].map((queue) => queue.shift());
    const epoch = new Epoch(++epochs, node, taken);
    events.push({ event: 'EpochCreated', epoch: epoch.id, node });
    for (const packet of taken)
      events.push({ event: 'PacketMoved', packet: packet.id, epoch: epoch.id });
    events.push({ event: 'EpochStarted', epoch: epoch.id });
    for (const packet of taken) events.push({ event: 'PacketConsumed', packet: packet.id });
    const value = taken[0].value;
    for (const [to, input] of shape.nodes[node].to) {
      const packet = new Packet(++packets, value);
      events.push({ event: 'PacketCreated', packet: packet.id, epoch: epoch.id });
      events.push({ event: 'PacketMoved', packet: packet.id, to, input });
      arrive(to, input, packet);
    }
    events.push({ event: 'EpochFinished', epoch: epoch.id });
    fired += 1;
  };
  return {
    put(value) {
      const packet = new Packet(++packets, value);
      events.push({ event: 'PacketCreated', packet: packet.id });
      arrive(0, 0, packet);
    },
    drain() {
      while (ready.size > 0) fire(ready.shift());
    },
    fired: () => fired,
  };
}
