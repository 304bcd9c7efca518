/** The files of a first flow, as `netrun init` writes them. */

const flow = `[net]
outputs = ["Describe.sentence"]

[nodes.Files]
exec_node_func = "./nodes.ts#files"
out_ports = ["file"]

[nodes.Measure]
exec_node_func = "./nodes.ts#measure"
in_ports = ["file"]
out_ports = ["size"]

[nodes.Describe]
exec_node_func = "./nodes.ts#describe"
in_ports = ["size"]
out_ports = ["sentence"]

[[edges]]
from = "Files.file"
to = "Measure.file"

[[edges]]
from = "Measure.size"
to = "Describe.size"
`;

const nodes = `// The functions of the nodes in flow.toml.
import { readFile, readdir } from 'node:fs/promises';
import type { ExecContext, InputPackets } from 'netrun';

interface Size {
  file: string;
  lines: number;
  bytes: number;
}

// A node without input ports runs once: one packet for each file in this folder, sent together.
export async function files(ctx: ExecContext) {
  const entries = await readdir(new URL('.', import.meta.url), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  for (const name of names.sort()) ctx.loadOutputPort('file', ctx.createPacket(name));
  ctx.sendOutputSalvo('send');
}

// Runs once for each file; several of them run at the same time.
export async function measure(ctx: ExecContext, packets: InputPackets) {
  for (const packet of packets.file ?? []) {
    const file = String(await ctx.consumePacket(packet));
    const bytes = await readFile(new URL(encodeURIComponent(file), import.meta.url));
    const lines = bytes.toString('utf8').split('\\n').length - 1;
    const size: Size = { file, lines, bytes: bytes.length };
    ctx.loadOutputPort('size', ctx.createPacket(size));
  }
  ctx.sendOutputSalvo('send');
}

// What it sends leaves the net: Describe.sentence is one of its outputs.
export function describe(ctx: ExecContext, packets: InputPackets) {
  for (const packet of packets.size ?? []) {
    const { file, lines, bytes } = ctx.consumePacketSync(packet) as Size;
    ctx.loadOutputPort('sentence', ctx.createPacket(\`\${file} has \${lines} lines, \${bytes} bytes\`));
  }
  ctx.sendOutputSalvo('send');
}
`;

const readme = `# A flow

\`flow.toml\` says which nodes there are and how they are connected, \`nodes.ts\` what they do: the flow measures the files of this folder.

Run it with \`npx netrun run flow.toml\`, look at it with \`npx netrun graph flow.toml\`, and check it after a change with \`npx netrun check flow.toml\`.
`;

/** Name → text, in the order they are written. */
export const starterFiles: ReadonlyMap<string, string> = new Map([
  ['flow.toml', flow],
  ['nodes.ts', nodes],
  ['README.md', readme],
]);
