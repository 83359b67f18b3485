/** Tables as a person reads them. */
import { expect, test } from 'vitest';
import { CALLS, type GpuApiCounts, type GpuCalls } from './count-gpu.ts';
import { type BenchSetting, jsonReport, markdownReport } from './report.ts';
import { spreadOf } from './statistics.ts';

const SETTING: BenchSetting = {
  ...{ adapter: 'google, swiftshader', isSoftware: true, browser: 'Chromium 1', flags: ['--a', '--b'], commit: 'abc' },
  ...{ cores: 2, model: 'tiny.gguf', promptTokens: 64, answerTokens: 16, depths: [0, 1024], rounds: 3 },
};

const calls = (some: Partial<GpuCalls>): GpuCalls =>
  ({ ...Object.fromEntries(CALLS.map((key) => [key, 0])), ...some }) as GpuCalls;
const counts = (some: Partial<GpuApiCounts>): GpuApiCounts => ({
  ...{ bufferBytes: 0, peakBufferBytes: 0 },
  ...calls(some),
  ...some,
});

const turn = (loadMs: number, decode: number) => ({
  ...{ loadMs, prefilledTokens: 64, prefillTokensPerSecond: 128, firstTextMs: 500 },
  decodeTokensPerSecond: [decode, decode / 2],
});

const OUTCOMES = [
  {
    engine: 'ours',
    counted: {
      total: counts({ dispatches: 900, peakBufferBytes: 3 * 2 ** 20 }),
      perToken: calls({ submits: 1, dispatches: 32 }),
    },
    turns: [turn(1000, 40), turn(3000, 60), turn(2000, 50)],
    failure: null,
  },
  { engine: 'wllama', counted: { total: counts({}), perToken: calls({}) }, turns: [turn(1000, 70)], failure: null },
  { engine: 'web-llm', counted: null, turns: [], failure: 'no library' },
] as const;

test('a report says on what it was measured, by whom, and who did not use the GPU', () => {
  const report = markdownReport(SETTING, OUTCOMES);
  expect(report).toContain('google, swiftshader (**a software adapter');
  expect(report).toContain('Chromium 1, 2 cores, flags `--a --b`. Commit: abc.');
  expect(report).toContain('tiny.gguf. 3 rounds');
  expect(report).toContain('WebLLM: another file');
  expect(report).toContain(
    '| Freehold | 2 s (1–3) | 64 tokens | 128 tokens/s | 0.5 s | 50 tokens/s (40–60) | 25 tokens/s (20–30) |',
  );
  expect(report).toContain('| wllama (llama.cpp), on the CPU | 1 s |');
  expect(report).toContain('| Freehold | 1 | 0 | 32 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 3.0 MiB |');
  expect(report).toContain('| WebLLM | – | – | – | – | – | – |');
  expect(report).toContain('WebLLM failed: no library');
  expect(markdownReport({ ...SETTING, isSoftware: false }, OUTCOMES)).not.toContain('software');
});

test('every table has as many cells in each row as in its head', () => {
  for (const block of markdownReport(SETTING, OUTCOMES).split('\n\n')) {
    const rows = block.split('\n').filter((line) => line.startsWith('|'));
    expect(new Set(rows.map((row) => row.split('|').length)).size).toBeLessThan(2);
  }
});

test('data hold every round', () => {
  expect(JSON.parse(JSON.stringify(jsonReport(SETTING, OUTCOMES)))).toMatchObject({
    commit: 'abc',
    engines: [{ engine: 'ours', turns: [{ loadMs: 1000 }, { loadMs: 3000 }, { loadMs: 2000 }] }, {}, {}],
  });
});

test('a spread has the middle, and the mean of the middle two', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([4, 1])).toEqual({ median: 2.5, min: 1, max: 4 });
});
