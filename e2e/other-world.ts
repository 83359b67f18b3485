/**
 * The built site with a worker that sees another world. GPU and storage are asked for in workers, where no init script of
 * Playwright's runs: so a copy of the worker's built file begins with a few lines more.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveFolder } from '../tools/servers/static-server.ts';

/** Serves the site with `prologue` before a worker's own code, the engine's if no other is named, while `look` runs. */
export async function withWorld(
  prologue: string,
  look: (url: string) => Promise<void>,
  name: 'engine' | 'library' = 'engine',
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'freehold-'));
  cpSync(join(import.meta.dirname, '../dist'), root, { recursive: true });
  const assets = join(root, 'assets');
  const worker = join(
    assets,
    readdirSync(assets).find((file) => file.startsWith(`${name}.worker-`))!,
  );
  writeFileSync(worker, `${prologue}\n${readFileSync(worker, 'utf8')}`);
  const site = await serveFolder({ root });
  try {
    await look(site.url);
  } finally {
    await site.close();
    rmSync(root, { recursive: true });
  }
}
