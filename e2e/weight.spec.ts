/**
 * What a first visit fetches before anything is clicked, as gzip sends it: JavaScript stays small, and what only a model
 * needs stays out of it. Read from the built files; no browser is asked.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';

const DIST = join(import.meta.dirname, '../dist');

/** Compressed bytes of JavaScript that the page and its two workers may have. */
const BYTES_MAX = 100_000;

/** Scripts and preloaded modules of a built document, relative to the site. */
function scriptsOf(document: string): string[] {
  const tags = readFileSync(join(DIST, document), 'utf8').match(/<(?:script|link)\b[^>]*>/g) ?? [];
  const loading = tags.filter((tag) => tag.startsWith('<script') || tag.includes('rel="modulepreload"'));
  return loading.map((tag) => posix.normalize(/(?:src|href)="([^"]+)"/.exec(tag)![1]!));
}

/** Modules with all that they import statically: what a browser fetches before it runs the first line. */
function withImports(entries: readonly string[]): Set<string> {
  const found = new Set(entries);
  for (const path of found) {
    // A dynamic import has a parenthesis before its path.
    for (const [, imported] of readFileSync(join(DIST, path), 'utf8').matchAll(
      /\b(?:from|import)\s*["'](\.[^"']+)["']/g,
    ))
      found.add(posix.join(posix.dirname(path), imported!));
  }
  return found;
}

function gzippedBytes(paths: Iterable<string>): number {
  return [...paths].reduce((sum, path) => sum + gzipSync(readFileSync(join(DIST, path))).length, 0);
}

function workerEntry(name: string): string {
  const entries = readdirSync(join(DIST, 'assets')).filter((file) => file.startsWith(`${name}.worker-`));
  expect(entries, `one built entry of the ${name}'s worker`).toHaveLength(1);
  return `assets/${entries[0]}`;
}

test('a first visit fetches little JavaScript', () => {
  const page = withImports(['index.html', 'engine.html', 'library.html'].flatMap(scriptsOf));
  const workers = { engine: withImports([workerEntry('engine')]), library: withImports([workerEntry('library')]) };
  const all = new Set([...page, ...workers.engine, ...workers.library]);
  const bytes = {
    page: gzippedBytes(page),
    'engine worker': gzippedBytes(workers.engine),
    'library worker': gzippedBytes(workers.library),
    all: gzippedBytes(all),
  };
  console.log(`JavaScript of a first visit, gzipped bytes: ${JSON.stringify(bytes)}`);
  // The parts that were looked for are those that there are.
  for (const part of Object.values(bytes)) expect(part).toBeGreaterThan(1000);
  expect(bytes.all).toBeLessThan(BYTES_MAX);
  // The catalog comes with the library's panel.
  const withCatalog = [...all].filter((path) => readFileSync(join(DIST, path), 'utf8').includes('Qwen3-0.6B-GGUF'));
  expect(withCatalog).toEqual([]);
  // Kernels and architectures come once the page shows, in chunks of their own.
  const ofModels = readdirSync(join(DIST, 'assets')).filter((file) => /^(?:native|load-model)-.*\.js$/.test(file));
  expect(ofModels).toHaveLength(2);
  expect(ofModels.filter((file) => all.has(`assets/${file}`))).toEqual([]);
});
