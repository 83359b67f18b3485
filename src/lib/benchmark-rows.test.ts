import { expect, test } from 'vitest';
import type { BenchmarkResult } from '../../workers/protocol/benchmark.ts';
import { benchmarkRows, markdownTable } from './benchmark-rows.ts';

const RESULT: BenchmarkResult = {
  adapter: {
    ...{ vendor: 'maker', architecture: 'kind', description: '', features: [], f16: true, subgroups: true },
    ...{ isFallback: false, maxBufferBytes: 1, maxBindingBytes: 1, subgroupLanes: 32 },
  },
  kernels: { real: 'f16', reduction: 'subgroup' },
  model: { name: 'A | B', quantization: 'Q4_0', parameters: 1000, fileBytes: 500 },
  contextLength: 4096,
  prefill: [{ tokens: 128, speed: { median: 1000, least: 900, most: 1100.4 } }],
  decode: [
    { depth: 0, tokens: 64, speed: { median: 50, least: 49, most: 51 } },
    { depth: 1024, tokens: 64, speed: { median: 9.46, least: 9, most: 10 } },
  ],
  firstTokenMs: 128.4,
  loadMs: 2500,
  gpuBytes: { weights: 2_000_000, kvCache: 3_000_000, scratch: 4000 },
  weightBytesPerToken: 1_000_000,
  copyBytesPerSecond: 100_000_000,
  callsPerToken: { submits: 1, passes: 1, dispatches: 100, createdObjects: 0, bufferWrites: 1 },
};

test('tells speeds with their range, and the share of the bandwidth that they come to', () => {
  const rows = benchmarkRows(RESULT);
  expect(rows.slice(0, 3)).toEqual([
    { what: 'Reads a prompt of 128 tokens', figure: '1000 tokens/s', range: '900 – 1100' },
    { what: 'Writes, with nothing before', figure: '50 tokens/s', range: '49 – 51' },
    { what: 'Writes, with 1,024 tokens before', figure: '9.5 tokens/s', range: '9.0 – 10' },
  ]);
  const figures = Object.fromEntries(rows.map(({ what, figure }) => [what, figure]));
  // 50 tokens of 1 MB each, of 100 MB that a copy moves in a second.
  expect(figures['Share of that while writing']).toBe('50 %');
  expect(figures['Calls for each token: submits, dispatches, objects made']).toBe('1, 100, 0');
  expect(figures['Device']).toBe('maker kind');
});

test('says of a device that it is software, or that the browser does not name it', () => {
  const software = { ...RESULT, adapter: { ...RESULT.adapter, vendor: '', architecture: '', isFallback: true } };
  expect(benchmarkRows(software).at(-1)?.figure).toBe(
    'not named by the browser (runs on the processor, not on a graphics card)',
  );
});

test('a table has one line a row and keeps its columns whatever a model is called', () => {
  const lines = markdownTable(benchmarkRows(RESULT)).split('\n');
  expect(lines[1]).toBe('| --- | --- | --- |');
  expect(lines).toHaveLength(2 + benchmarkRows(RESULT).length);
  for (const line of lines) expect(line.match(/(?<!\\)\|/g)).toHaveLength(4);
});
