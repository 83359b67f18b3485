/** `npm run bench` on the smallest model: both engines are measured, and what they ask of WebGPU is counted in their workers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { benchVisit } from '../tools/bench-visit.ts';
import { bench } from '../tools/bench.ts';
import { markdownReport } from '../tools/bench/report.ts';
import { SHAPES } from '../tools/bench/shapes.ts';
import { COUNT_SCRIPT, readCounts } from '../tools/bench/turn.ts';
import { writeModel } from '../tools/bench/write-model.ts';
import { serveFolder } from '../tools/servers/static-server.ts';

/** Asks for a device, submits once, and says so. */
const SUBMIT_ONCE = `(async () => {
  const device = await (await navigator.gpu.requestAdapter()).requestDevice();
  device.queue.submit([device.createCommandEncoder().finish()]);
  postMessage('submitted');
})();`;

test('what workers of every kind ask of WebGPU is counted, those of workers too', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'work.js'), SUBMIT_ONCE);
  writeFileSync(join(folder, 'module.js'), 'import "./work.js";');
  const site = await serveFolder({ root: folder });
  try {
    await page.addInitScript(COUNT_SCRIPT);
    await page.goto(site.url);
    await page.evaluate(async (script) => {
      const blob = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
      const url = JSON.stringify(new URL('work.js', location.href).href);
      const workers = [
        new Worker('work.js'),
        new Worker('module.js', { type: 'module' }),
        new Worker(blob(script)),
        new Worker(blob(script), { type: 'module' }),
        new Worker(blob(`new Worker(${url}).onmessage = () => postMessage('submitted');`)),
      ];
      // One that nobody holds may be ended.
      Object.assign(globalThis, { workers });
      await Promise.all(
        workers.map(
          (worker) =>
            new Promise((resolve) => {
              worker.onmessage = resolve;
            }),
        ),
      );
    }, SUBMIT_ONCE);
    expect(await readCounts(page)).toMatchObject({ submits: 5, encoders: 5, passes: 0 });
  } finally {
    await site.close();
    rmSync(folder, { recursive: true });
  }
});

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

test('a visit is measured: what a kept model takes to its first word, what memory, and how long the page stands still', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-'));
  try {
    const modelPath = join(folder, 'tiny.gguf');
    await writeModel(modelPath, { ...SHAPES.tiny, layers: LAYERS }, 'Q4_0', 'Tiny');
    const { figures } = await benchVisit({ modelPath, promptTokens: 40, repeats: 1, software: true });
    const [{ readyMs, firstTextMs, loading, reading }] = figures.visits as [(typeof figures.visits)[number]];
    expect(readyMs).toBeGreaterThan(0);
    expect(firstTextMs).toBeGreaterThan(readyMs);
    for (const held of [figures.comingIn, loading]) {
      expect(held.pageBytes).toBeGreaterThan(2 ** 20);
      expect(held.workersBytes).toBeGreaterThan(2 ** 20);
    }
    expect(reading!.prefilledTokens).toBeGreaterThanOrEqual(40);
    expect(reading!.prefilledTokens).toBeLessThan(80);
    expect(reading!.prefillMs).toBeGreaterThan(0);
    expect(reading!.gapMs).toBeGreaterThan(0);
    expect(reading!.idleGapMs).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
