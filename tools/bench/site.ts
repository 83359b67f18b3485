/**
 * The site that the bench measures on: the built app's own files, and beside them one page for each engine, which never ships.
 *
 * Refuses where nothing was built yet.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { serveFolder } from '../servers/static-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = join(ROOT, 'tools/harness/bench');

/** An engine that can be measured. */
export type EngineName = 'ours' | 'wllama' | 'transformers' | 'web-llm';

/** A folder that a person brought, with an engine's package and its model. */
export type PeerFolders = Partial<Record<EngineName, string>>;

/** A served site. */
export interface BenchSite {
  pageUrl(engine: EngineName): string;
  close(): Promise<void>;
}

/** Isolated, so that engines in WASM may have threads. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Builds the pages and serves them, with each peer's folder at `peers/NAME/`. */
export async function openBenchSite(engines: readonly EngineName[], peers: PeerFolders = {}): Promise<BenchSite> {
  const app = join(ROOT, 'dist');
  if (!existsSync(join(app, 'engine.html')))
    throw new Error('dist/engine.html is not there: the bench measures the built app. Run "npm run build" first.');
  const folder = mkdtempSync(join(tmpdir(), 'freehold-bench-'));
  const site = join(folder, 'site');
  await build({
    ...{ root: PAGES, configFile: false, base: './', logLevel: 'error' },
    build: {
      ...{ outDir: site, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
      rolldownOptions: { input: engines.map((engine) => join(PAGES, `${engine}.html`)) },
    },
  });
  cpSync(app, site, { recursive: true });
  mkdirSync(join(site, 'peers'));
  for (const [engine, path] of Object.entries(peers)) symlinkSync(resolve(path), join(site, 'peers', engine));
  const served = await serveFolder({ root: site, headersOf: () => ISOLATED });
  return {
    pageUrl: (engine) => `${served.url}${engine}.html`,
    async close() {
      await served.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
