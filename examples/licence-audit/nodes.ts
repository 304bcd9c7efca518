/** The node functions of the audit: what each takes from its ports, and what it sends. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { defineNode } from 'netrun';
import type { ExecContext, InputPackets } from 'netrun';
import { z } from 'zod';
import { classify } from './classification.ts';
import { investigate } from './licence-files.ts';
import { parseLock, toPackage } from './lock-entries.ts';
import { renderMarkdown } from './markdown.ts';
import {
  auditedSchema,
  entrySchema,
  groupSchema,
  lockFileSchema,
  packageSchema,
  policyConfigSchema,
  projectSchema,
  reportSchema,
  requestSchema,
  severalVersionsSchema,
  tallySchema,
  verdictSchema,
} from './records.ts';
import type { Audited, Request } from './records.ts';
import { checkPolicy, groups, inOrder, severalVersions, tally } from './summaries.ts';

const packages = z.array(auditedSchema);

/** Says what to audit where nobody else does. */
export const request = defineNode({
  out: { request: requestSchema },
  config: requestSchema,
  exec: (_inputs, { config }) => ({ request: config }),
});

/**
 * Finds the lock file. A function of packets: which ports have one depends on the condition that fired.
 * The text is a lazy value: the file is read when Parse consumes the packet.
 */
export async function locate(ctx: ExecContext, salvo: InputPackets): Promise<void> {
  const [asked] = salvo['request'] ?? [];
  const [given] = salvo['path'] ?? [];
  if (asked === undefined) throw new Error('Locate got no request');
  const { lock, out } = (await ctx.consumePacket(asked)) as Request;
  const path = given === undefined ? lock : String(await ctx.consumePacket(given));
  const found = await stat(path).catch(() => null);
  if (found === null) throw new Error(`there is no ${path}`);
  const file = resolve(found.isDirectory() ? join(path, 'package-lock.json') : path);
  const shown = relative('', file).replaceAll('\\', '/');
  const directory = dirname(file);
  const read = async () => ({ shown, directory, text: await readFile(file, 'utf8') });
  ctx.loadOutputPort('file', ctx.createPacketFromValueFunc(read));
  ctx.loadOutputPort('out', ctx.createPacket(out));
  ctx.sendOutputSalvo('send');
}

export const parse = defineNode({
  in: { file: lockFileSchema },
  out: { project: projectSchema, entries: z.array(entrySchema) },
  exec: ({ file }) => parseLock(file),
});

/** A generator: each `yield` is a salvo of its own. */
export const split = defineNode({
  in: { entries: z.array(entrySchema) },
  out: { entry: entrySchema, expected: 'number' },
  exec: function* ({ entries }) {
    for (const entry of entries) yield { entry };
    yield { expected: entries.length };
  },
});

export const normalise = defineNode({
  in: { entry: entrySchema },
  out: { package: packageSchema },
  exec: ({ entry }) => ({ package: toPackage(entry) }),
});

/** Sends each package to one of two ports. */
export const classifyPackage = defineNode({
  in: { package: packageSchema },
  out: { clear: auditedSchema, odd: auditedSchema },
  exec: ({ package: found }) => {
    const judged = classify(found);
    return judged.reasons.length === 0 ? { clear: judged } : { odd: judged };
  },
});

export const investigateOdd = defineNode({
  in: { odd: auditedSchema },
  out: { package: auditedSchema },
  exec: async ({ odd }) => ({ package: await investigate(odd) }),
});

/** Keeps what comes in the node's memory, and sends all of it once it is as much as expected. */
export function collect(ctx: ExecContext, salvo: InputPackets): void {
  const { memory } = ctx;
  for (const packet of salvo['expected'] ?? []) {
    memory.set('expected', ctx.consumePacketSync(packet));
  }
  const arrived = (salvo['package'] ?? []).map(
    (packet) => ctx.consumePacketSync(packet) as Audited,
  );
  const before = (memory.get('packages') ?? []) as readonly Audited[];
  const all = [...before, ...arrived];
  memory.set('packages', all);
  if (all.length !== memory.get('expected')) return;
  ctx.loadOutputPort('packages', ctx.createPacket(inOrder(all)));
  ctx.sendOutputSalvo('send');
}

export const tallyLicences = defineNode({
  in: { packages },
  out: { tally: tallySchema },
  exec: ({ packages }) => ({ tally: tally(packages) }),
});

export const findSeveralVersions = defineNode({
  in: { packages },
  out: { found: z.array(severalVersionsSchema) },
  exec: ({ packages }) => ({ found: severalVersions(packages) }),
});

export const judge = defineNode({
  in: { packages },
  out: { verdict: verdictSchema },
  config: policyConfigSchema,
  exec: ({ packages }, { config }) => ({ verdict: checkPolicy(packages, config) }),
});

export const groupDependencies = defineNode({
  in: { project: projectSchema, packages },
  out: { groups: z.array(groupSchema) },
  exec: ({ project, packages }) => ({ groups: groups(project, packages) }),
});

export const report = defineNode({
  in: {
    project: projectSchema,
    tally: tallySchema,
    versions: z.array(severalVersionsSchema),
    verdict: verdictSchema,
    groups: z.array(groupSchema),
  },
  out: { report: reportSchema },
  config: { title: z.string() },
  exec: ({ project, tally, versions, verdict, groups }, { config, ctx }) => {
    const { name, version, lockFile, lockfileVersion } = project;
    const report = {
      title: config.title,
      at: new Date(ctx.now()).toISOString(),
      project: { name, version, lockFile, lockfileVersion },
      ...tally,
      severalVersions: versions,
      policy: verdict,
      groups,
    };
    return { report };
  },
});

export const markdown = defineNode({
  in: { report: reportSchema },
  out: { text: 'string' },
  exec: ({ report }) => ({ text: renderMarkdown(report) }),
});

export const json = defineNode({
  in: { report: reportSchema },
  out: { text: 'string' },
  exec: ({ report }) => ({ text: `${JSON.stringify(report, null, 2)}\n` }),
});

export const write = defineNode({
  in: { out: 'string', markdown: 'string', json: 'string' },
  out: { written: z.array(z.string()) },
  config: { name: z.string() },
  exec: async ({ out, markdown, json }, { config }) => {
    await mkdir(out, { recursive: true });
    const files = [
      [join(out, `${config.name}.md`), markdown],
      [join(out, `${config.name}.json`), json],
    ] as const;
    for (const [file, text] of files) await writeFile(file, text);
    const written = files.map(([file]) => file);
    console.log(`The report is in ${written.join(' and ')}`);
    return { written };
  },
});
