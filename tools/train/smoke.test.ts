/** The whole recipe in small: corpus to model file, with a network of 140,000 weights. Needs PyTorch; skips aloud without. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readGguf } from '../../workers/format/gguf.ts';
import { summarize } from '../../workers/format/summary.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { findPython } from './python.ts';
import { SMOKE_RECIPE } from './recipe.ts';
import { main } from './train.ts';

const WORK = join('.cache', 'train', SMOKE_RECIPE.version);
const output = mkdtempSync(join(tmpdir(), 'ember-'));
afterAll(() => {
  rmSync(output, { recursive: true });
});

function hasPyTorch(): boolean {
  try {
    findPython();
    return true;
  } catch (error) {
    console.warn(`SKIPPED: Ember's recipe is not tried out. ${String(error)}`);
    return false;
  }
}

it.skipIf(!hasPyTorch())(
  'trains until the loss has fallen, writes a model that the engine takes, and finds its work done when run again',
  { timeout: 240_000 },
  async () => {
    rmSync(WORK, { recursive: true, force: true });
    expect(await main(['--recipe', 'smoke', '--output', output])).toBe(0);
    const log = readFileSync(join(WORK, 'log.jsonl'), 'utf8').trim().split('\n');
    const losses = log.map((line) => (JSON.parse(line) as { heldOutLoss: number }).heldOutLoss);
    expect(losses.length).toBeGreaterThan(2);
    // A guess at random among 1,024 tokens costs ln 1024 = 6.9.
    expect(losses.at(-1)).toBeLessThan(6.2);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);

    const bytes = readFileSync(join(output, 'ember.gguf'));
    const summary = summarize(await readGguf(bytesSource(bytes)), 'ember.gguf');
    expect(summary).toMatchObject({ name: 'Ember', author: 'Freehold', license: 'mit', unsupported: null });

    // Everything is there, so a second run has nothing to do and writes the same file.
    expect(await main(['--recipe', 'smoke', '--output', output])).toBe(0);
    expect(readFileSync(join(output, 'ember.gguf')).equals(bytes)).toBe(true);
    expect(readFileSync(join(WORK, 'log.jsonl'), 'utf8').trim().split('\n')).toHaveLength(log.length);
  },
);
