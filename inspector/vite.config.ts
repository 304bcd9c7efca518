/** How the page is built: one folder of plain files that the inspector's server hands out as they are. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Plugin, defineConfig } from 'vite';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Their files are in the page, and no module of it. */
const typefaces = ['@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono'];

/** Folder of the package that a module's path is in; undefined for our own. */
function packageFolder(module: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.[0];
}

/** Writes `licences.txt`, with the licence of every package that something of is in the page. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      const folders = new Set(typefaces.map((name) => file(`../node_modules/${name}`)));
      for (const module of this.getModuleIds()) {
        const folder = packageFolder(module);
        if (folder !== undefined && existsSync(`${folder}/package.json`)) folders.add(folder);
      }
      const texts = [...folders].toSorted().map((folder) => {
        const { name, version, license } = JSON.parse(
          readFileSync(`${folder}/package.json`, 'utf8'),
        ) as Record<'name' | 'version' | 'license', string>;
        const text = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
        const words = text === undefined ? '' : readFileSync(`${folder}/${text}`, 'utf8').trim();
        return `${name} ${version} (${license}) https://www.npmjs.com/package/${name}/v/${version}\n\n${words}\n`;
      });
      this.emitFile({
        type: 'asset',
        fileName: 'licences.txt',
        source: texts.join(`\n${'-'.repeat(80)}\n\n`),
      });
    },
  };
}

export default defineConfig({
  root: file('.'),
  base: './',
  plugins: [licences()],
  build: {
    outDir: file('../dist/inspector'),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the page runs under a policy that allows files of its own alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2048,
    rolldownOptions: {
      onLog(level, log, handler) {
        // The parts of a page are all for the client.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handler(level, log);
      },
    },
  },
});
