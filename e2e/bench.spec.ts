/** `npm run bench` on the smallest model: both engines are measured, and what they ask of WebGPU is counted in their workers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench } from '../tools/bench.ts';
import { markdownReport } from '../tools/bench/report.ts';
import { SHAPES } from '../tools/bench/shapes.ts';
import { writeModel } from '../tools/bench/write-model.ts';
import { expect, test } from '@playwright/test';

const LAYERS = 2;
const PROMPT_TOKENS = 24;

test('the bench measures both engines in turn and counts what a token asks of WebGPU', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-'));
  try {
    const modelPath = join(folder, 'tiny.gguf');
    await writeModel(modelPath, { ...SHAPES.tiny, layers: LAYERS }, 'Q4_0', 'Tiny');
    const plan = { modelPath, peers: {}, software: true, promptTokens: PROMPT_TOKENS, answerTokens: 8 };
    const { setting, outcomes } = await bench({ ...plan, depths: [0, 16], rounds: 1 });
    expect(outcomes.map(({ engine, failure }) => ({ engine, failure }))).toEqual([
      { engine: 'ours', failure: null },
      { engine: 'wllama', failure: null },
    ]);
    for (const { turns } of outcomes) {
      expect(turns).toHaveLength(1);
      const { loadMs, prefilledTokens, prefillTokensPerSecond, firstTextMs, decodeTokensPerSecond } = turns[0]!;
      expect(prefilledTokens).toBe(PROMPT_TOKENS);
      for (const figure of [loadMs, prefillTokensPerSecond, firstTextMs, ...decodeTokensPerSecond])
        expect(figure).toBeGreaterThan(0);
      expect(decodeTokensPerSecond.every(Number.isFinite)).toBe(true);
    }
    // One encoder, one pass, one submit; nothing else is made for a token.
    const [ours] = outcomes;
    expect(ours!.counted!.perToken).toMatchObject({
      ...{ submits: 1, passes: 1, encoders: 1, maps: 1, bindGroups: 0, buffers: 0, pipelines: 0, shaderModules: 0 },
    });
    expect(ours!.counted!.perToken.dispatches).toBeGreaterThan(3 * LAYERS);
    expect(ours!.counted!.total.peakBufferBytes).toBeGreaterThan(2 ** 20);
    const report = markdownReport(setting, outcomes);
    expect(report).toContain('**a software adapter');
    expect(report).toMatch(/^\| Freehold \| /m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
