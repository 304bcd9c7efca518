/**
 * `npm run histories:record`: runs every scenario that has no recorded history yet, and keeps it below
 * `recorded/`. Histories that are there stay as they are: they are of the version that wrote them.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Recording, scenarios } from './scenarios.ts';

// Stacks name folders of the machine, and are no part of what is compared.
Error.stackTraceLimit = 0;

for (const scenario of scenarios) {
  const kept = fileURLToPath(new URL(`recorded/${scenario.name}`, import.meta.url));
  if (existsSync(kept)) continue;
  // Histories name the folder where they were written: it is the same wherever this checkout is.
  const folder = join(tmpdir(), 'netrun-histories', scenario.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  process.chdir(folder);
  await scenario.drive(new Recording(scenario));
  cpSync(folder, kept, { recursive: true });
  process.stdout.write(`${scenario.name}\n`);
}
