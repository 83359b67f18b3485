/** The trained model's ids, greedy tokens and log-probabilities in a real browser, as llama.cpp computes them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { serveFolder } from '../tools/servers/static-server.ts';
import type { DecodeAll } from '../tools/harness/harness.ts';
import { expect, test, trainedModel } from './site.ts';

const TOLERANCE = 1e-3;

test('ids, greedy tokens and log-probabilities are llama.cpp’s, in the page', async ({ page }) => {
  const trained = trainedModel();
  test.skip(trained === null, 'SKIPPED: ../shared/models is not here');
  const { upload, answers } = trained!;
  const folder = mkdtempSync(join(tmpdir(), 'freehold-harness-'));
  await build({
    root: join(import.meta.dirname, '../tools/harness'),
    configFile: false,
    base: './',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, target: 'es2023' },
  });
  writeFileSync(join(folder, 'model.gguf'), upload.buffer);
  const server = await serveFolder({ root: folder });
  try {
    await page.goto(server.url);
    const runs = await page.evaluate(
      ([prompts, maxTokens]) =>
        (globalThis as unknown as { decodeAll: DecodeAll }).decodeAll('model.gguf', prompts, maxTokens),
      [answers.map(({ prompt }) => prompt), answers[0]!.tokens.length] as const,
    );
    for (const [index, answer] of answers.entries()) {
      const { promptIds, positions } = runs[index]!;
      expect(promptIds).toEqual(answer.prompt_tokens);
      expect(positions.map(({ id }) => id)).toEqual(answer.tokens);
      for (const [at, { ids, logprobs }] of answer.top10.entries()) {
        const ours = new Map(positions[at]!.top.map(({ id, logprob }) => [id, logprob]));
        // The tenth of ten may be the eleventh of ours.
        for (const [rank, id] of ids.slice(0, 9).entries()) {
          expect(Math.abs(ours.get(id)! - logprobs[rank]!)).toBeLessThan(TOLERANCE);
        }
      }
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
