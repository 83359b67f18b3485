/** What our engine reaches by itself, as a person reads it. */
import { expect, test } from 'vitest';
import type { BenchmarkResult } from '../../workers/protocol/benchmark.ts';
import { engineReport, settingLines } from './engine-report.ts';

const MIB = 2 ** 20;
const adapter = {
  ...{ vendor: 'v', architecture: 'a', description: '', features: [], f16: true, subgroups: true, subgroupLanes: 32 },
  ...{ isFallback: true, maxBufferBytes: 2 ** 31, maxBindingBytes: 2 ** 30 },
};
const RESULT: BenchmarkResult = {
  adapter,
  kernels: { real: 'f16', reduction: 'subgroup' },
  model: { name: 'Random', quantization: 'Q4_0', parameters: 1000, fileBytes: 30 * MIB },
  contextLength: 1000,
  prefill: [{ tokens: 128, speed: { median: 1280, least: 1000, most: 1300 } }],
  decode: [
    { depth: 0, tokens: 64, speed: { median: 50, least: 40, most: 60 } },
    { depth: 500, tokens: 64, speed: { median: 40, least: 40, most: 40 } },
  ],
  ...{ firstTokenMs: 100, loadMs: 2500, gpuBytes: { weights: 20 * MIB, kvCache: 10 * MIB, scratch: MIB } },
  ...{ weightBytesPerToken: 20 * MIB, copyBytesPerSecond: 2000 * MIB },
  callsPerToken: { submits: 1, passes: 1, dispatches: 34, createdObjects: 0, bufferWrites: 1 },
};
const FIGURES = {
  ...{ result: RESULT, peakGpuBytes: 33 * MIB, tuningMs: 500, encode100KbMs: 40 },
  plan: { prompts: [128], depths: [0, 500], answerTokens: 64, repeats: 3 },
};

test('what a token reads is its weights and, further on, what the cache holds by then', () => {
  const report = engineReport(FIGURES).join('\n');
  expect(report).toContain('| 128 tokens | 1280 tokens/s (1000–1300) | 100 ms |');
  expect(report).toContain('| 0 tokens | 50 tokens/s (40–60) | 20 MiB | 50 % |');
  expect(report).toContain('| 500 tokens | 40 tokens/s | 25 MiB | 50 % |');
  expect(report).toContain('| Load | 2.5 s, of which 0.5 s measured the device |');
  expect(report).toContain('| At most on the GPU | 33 MiB |');
  expect(report).toContain('submits 1, passes 1, dispatches 34, writes 1, objects made 0 |');
  expect(report).not.toContain('Left out');
});

test('what the context has no room for is said, with what was measured in its place', () => {
  const plan = { prompts: [128, 2048], depths: [1024, 4096], answerTokens: 64, repeats: 3 };
  const report = engineReport({ ...FIGURES, plan }).join('\n');
  expect(report).toContain('Left out of the prompts, for the model has a context of 1000 tokens: 2048.');
  expect(report).toContain('context of 1000 tokens: 1024, 4096; measured instead: 0, 500.');
});

test('every table has as many cells in each row as in its head', () => {
  for (const block of engineReport(FIGURES).join('\n').split('\n\n'))
    expect(new Set(block.split('\n').map((row) => row.split('|').length)).size).toBe(1);
});

test('an adapter in software is called one', () => {
  expect(settingLines(RESULT)[0]).toContain('v, a (**a software adapter');
  expect(settingLines({ ...RESULT, adapter: { ...adapter, isFallback: false } })[0]).not.toContain('software');
});
