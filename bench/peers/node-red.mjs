/**
 * Node-RED: its own runtime without editor and network. Its functions are in `function` nodes, which is how
 * its users write them; variant `type`: a node type of its own that passes messages on, which is faster.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import RED from 'node-red';

const nodeSource = `module.exports = (RED) => {
  RED.nodes.registerType('bench-node', function (config) {
    RED.nodes.createNode(this, config);
    const waiting = Array.from({ length: config.inputs }, () => []);
    this.on('input', (msg, send, done) => {
      waiting[msg.input ?? 0].push(msg);
      if (waiting.every(({ length }) => length > 0)) {
        const [taken] = waiting.map((queue) => queue.shift());
        globalThis.benchFired(config.last);
        if (!config.last) send({ payload: taken.payload, input: config.toInput });
      }
      done();
    });
  });
};`;

/** A node of the type above. */
const ofType = ({ inputs, to }) => ({
  type: 'bench-node',
  inputs,
  last: to.length === 0,
  toInput: to[0]?.[1] ?? 0,
});

/** The same as a function: its first code makes what the second one needs. */
const asFunction = ({ inputs, to }) => ({
  type: 'function',
  outputs: to.length === 0 ? 0 : 1,
  noerr: 0,
  libs: [],
  initialize: `globalThis.fired = global.get('benchFired');
globalThis.waiting = Array.from({ length: ${inputs} }, () => []);`,
  func: `waiting[msg.input ?? 0].push(msg);
if (!waiting.every(({ length }) => length > 0)) return null;
const [taken] = waiting.map((queue) => queue.shift());
fired(${to.length === 0});
return ${to.length === 0 ? 'null' : `{ payload: taken.payload, input: ${to[0]?.[1] ?? 0} }`};`,
  finalize: '',
});

export async function make(shape, variant) {
  let fired = 0;
  let ended = 0;
  let wanted = 0;
  let tell = () => undefined;
  const benchFired = (last) => {
    fired += 1;
    if (!last) return;
    ended += 1;
    if (ended === wanted) tell();
  };
  globalThis.benchFired = benchFired;
  const userDir = mkdtempSync(join(tmpdir(), 'bench-node-red-'));
  const nodesDir = join(userDir, 'nodes');
  mkdirSync(nodesDir);
  writeFileSync(join(nodesDir, 'bench-node.js'), nodeSource);
  writeFileSync(
    join(nodesDir, 'bench-node.html'),
    `<script type="text/javascript">RED.nodes.registerType('bench-node', { category: 'bench', defaults: {}, inputs: 1, outputs: 1 });</script>`,
  );
  const nothing = async () => undefined;
  const flows = [
    { id: 'tab', type: 'tab', label: 'bench' },
    ...shape.nodes.map((node, at) => ({
      id: `n${at}`,
      z: 'tab',
      ...(variant === 'type' ? ofType(node) : asFunction(node)),
      wires: [node.to.map(([next]) => `n${next}`)],
    })),
  ];
  RED.init(null, {
    userDir,
    nodesDir,
    httpAdminRoot: false,
    httpNodeRoot: false,
    functionGlobalContext: { benchFired },
    logging: { console: { level: 'off' } },
    storageModule: {
      init: nothing,
      getFlows: async () => flows,
      saveFlows: nothing,
      getCredentials: async () => ({}),
      saveCredentials: nothing,
      getSettings: async () => ({}),
      saveSettings: nothing,
      getSessions: async () => ({}),
      saveSessions: nothing,
      getLibraryEntry: nothing,
      saveLibraryEntry: nothing,
    },
  });
  await RED.start();
  const entry = await new Promise((resolve, reject) => {
    const end = Date.now() + 20_000;
    const look = () => {
      const node = RED.nodes.getNode('n0');
      if (node !== null && node !== undefined) resolve(node);
      else if (Date.now() > end) reject(new Error('the flow of Node-RED did not start'));
      else setTimeout(look, 20);
    };
    look();
  });
  return {
    put(value) {
      wanted += shape.ends;
      entry.receive({ payload: value, input: 0 });
    },
    drain: () =>
      new Promise((resolve) => {
        tell = resolve;
        if (ended === wanted) resolve();
      }),
    fired: () => fired,
    async close() {
      await RED.stop();
      rmSync(userDir, { recursive: true, force: true });
    },
  };
}
