/** BullMQ: a queue and a worker per node, on a Redis that is started here and stopped again. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export async function make(shape) {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  const redis = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      dir,
    ],
    { stdio: 'ignore' },
  );
  await new Promise((resolve, reject) => {
    redis.on('error', reject);
    redis.on('spawn', resolve);
  });
  const connect = () => new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null });
  const connection = connect();
  await connection.ping();
  let fired = 0;
  let ended = 0;
  let wanted = 0;
  let tell = () => undefined;
  const options = { removeOnComplete: true };
  const queues = shape.nodes.map((_, at) => new Queue(`n${at}`, { connection }));
  const waiting = shape.nodes.map(({ inputs }) => Array.from({ length: inputs }, () => []));
  const workers = shape.nodes.map(
    ({ to }, at) =>
      new Worker(
        `n${at}`,
        async ({ data }) => {
          const ports = waiting[at];
          ports[data.input].push(data.value);
          if (!ports.every(({ length }) => length > 0)) return;
          const [value] = ports.map((queue) => queue.shift());
          fired += 1;
          for (const [node, input] of to)
            await queues[node].add('packet', { value, input }, options);
          if (to.length > 0) return;
          ended += 1;
          if (ended === wanted) tell();
        },
        { connection: connect(), concurrency: 1 },
      ),
  );
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  let batch = [];
  return {
    put(value) {
      wanted += shape.ends;
      batch.push({ name: 'packet', data: { value, input: 0 }, opts: options });
    },
    async drain() {
      const jobs = batch;
      batch = [];
      for (let at = 0; at < jobs.length; at += 1000)
        await queues[0].addBulk(jobs.slice(at, at + 1000));
      if (ended < wanted)
        await new Promise((resolve) => {
          tell = resolve;
          if (ended === wanted) resolve();
        });
    },
    fired: () => fired,
    async close() {
      await Promise.all(workers.map((worker) => worker.close(true)));
      await Promise.all(queues.map((queue) => queue.close()));
      connection.disconnect();
      redis.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
