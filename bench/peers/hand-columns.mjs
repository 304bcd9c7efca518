/** A loop written by hand whose events are integers in typed arrays: what is practically possible. */
import { Queue } from './queue.mjs';

const chunkSize = 1 << 16;

class Events {
  constructor() {
    this.chunks = [];
    this.chunk = new Int32Array(chunkSize);
    this.at = 0;
  }
  add(kind, first, second, third) {
    if (this.at + 4 > chunkSize) {
      this.chunks.push(this.chunk);
      this.chunk = new Int32Array(chunkSize);
      this.at = 0;
    }
    const { chunk } = this;
    chunk[this.at] = kind;
    chunk[this.at + 1] = first;
    chunk[this.at + 2] = second;
    chunk[this.at + 3] = third;
    this.at += 4;
  }
}

class Packet {
  constructor(id, value) {
    this.id = id;
    this.value = value;
  }
}

const created = 1;
const moved = 2;
const consumed = 3;
const opened = 4;
const started = 5;
const finished = 6;

export function make(shape) {
  const events = new Events();
  const queues = shape.nodes.map(({ inputs }) => Array.from({ length: inputs }, () => new Queue()));
  const ready = new Queue();
  const due = new Int32Array(shape.nodes.length);
  let packets = 0;
  let epochs = 0;
  let fired = 0;
  const arrive = (node, input, packet) => {
    const ports = queues[node];
    ports[input].push(packet);
    events.add(moved, packet.id, node, input);
    for (const port of ports) if (port.size <= due[node]) return;
    due[node] += 1;
    ready.push(node);
  };
  const fire = (node) => {
    const epoch = ++epochs;
    due[node] -= 1;
    events.add(opened, epoch, node, 0);
    let value;
    for (const queue of queues[node]) {
      const packet = queue.shift();
      value = packet.value;
      events.add(moved, packet.id, epoch, 0);
      events.add(consumed, packet.id, epoch, 0);
    }
    events.add(started, epoch, 0, 0);
    for (const [to, input] of shape.nodes[node].to) {
      const packet = new Packet(++packets, value);
      events.add(created, packet.id, epoch, 0);
      events.add(moved, packet.id, to, input);
      arrive(to, input, packet);
    }
    events.add(finished, epoch, 0, 0);
    fired += 1;
  };
  return {
    put(value) {
      const packet = new Packet(++packets, value);
      events.add(created, packet.id, 0, 0);
      arrive(0, 0, packet);
    },
    drain() {
      while (ready.size > 0) fire(ready.shift());
    },
    fired: () => fired,
  };
}
