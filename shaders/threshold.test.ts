import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { samplerSettings, samplerUniform } from '../tools/testing/sampler-settings.ts';
import type { SamplerSettings } from './sampler.ts';
import { thresholdReference } from './threshold.ref.ts';
import { threshold } from './threshold.ts';

const devices = await testDevices();

/** Logits as models make them: a bell of many unlikely tokens (a sum of uniform numbers) and a few that stand out. */
function bell(length: number, seed: number): Float64Array {
  const parts = [0, 1, 2, 3].map((part) => randomValues(length, 10 * seed + part, 4));
  const logits = Float64Array.from({ length }, (_, i) => Math.fround(parts.reduce((sum, part) => sum + part[i]!, -3)));
  for (let i = 0; i < 5; i++) logits.fill(14 + i / 2, i * 997, i * 997 + 1);
  return logits;
}

interface Case {
  readonly title: string;
  readonly logits: ArrayLike<number>;
  readonly settings: Partial<SamplerSettings>;
}

const logits = bell(5003, 1);
const cases: Case[] = [
  ...[1, 2, 40, 256, 257, 1000, 5002, 5003, 9000].map((topK) => ({
    title: `top-k ${topK}`,
    logits,
    settings: { topK },
  })),
  ...[0, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999].map((topP) => ({ title: `top-p ${topP}`, logits, settings: { topP } })),
  { title: 'min-p', logits, settings: { minP: 0.05 } },
  { title: 'all three, top-k cuts', logits, settings: { topK: 3, topP: 0.99, minP: 0.001 } },
  { title: 'all three, top-p cuts', logits, settings: { topK: 40, topP: 0.8, minP: 0.001 } },
  { title: 'all three, min-p cuts', logits, settings: { topK: 40, topP: 0.999, minP: 0.5 } },
  { title: 'top-p of a long top-k', logits, settings: { topK: 3000, topP: 0.7 } },
  { title: 'nothing to cut', logits, settings: {} },
  { title: 'temperature 0', logits, settings: { temperature: 0, topK: 3 } },
  { title: 'a flat vocabulary', logits: randomValues(5003, 2, 0.5), settings: { topP: 0.6 } },
  { title: 'a flat vocabulary, long top-k', logits: randomValues(5003, 2, 0.5), settings: { topK: 2500, topP: 0.6 } },
  { title: 'one token', logits: [2], settings: { topK: 1, topP: 0.5 } },
  { title: 'fewer tokens than threads', logits: randomValues(7, 3, 3), settings: { topK: 4, topP: 0.9 } },
  { title: 'all equal', logits: new Float64Array(5003).fill(1.5), settings: { topK: 5, topP: 0.5 } },
  { title: 'ties at the cut', logits: [3, 1, 2, 2, 2, 0, 0], settings: { topK: 2 } },
  {
    title: 'forbidden tokens',
    logits: [...logits].map((value, i) => (i % 3 ? -Infinity : value)),
    settings: { topK: 2000, topP: 0.9 },
  },
  {
    title: 'fewer allowed than k',
    logits: [-Infinity, 1, -Infinity, 2, NaN, NaN, -Infinity],
    settings: { topK: 4, topP: 1 },
  },
  { title: 'all forbidden', logits: new Float64Array(5003).fill(-Infinity), settings: { topK: 7, topP: 0.9 } },
  { title: 'positive infinity', logits: [1, Infinity, 3, 0, 0, 0, 0], settings: { topP: 0.9 } },
  { title: 'NaN only', logits: new Float64Array(5003).fill(NaN), settings: { topK: 7, topP: 0.9, minP: 0.1 } },
  { title: 'zeros of both signs', logits: [0, -0, -1, 0, -1, -1, -1], settings: { topK: 3 } },
];

/**
 * Shares that fixed-point sums may be off by: less than vocabulary · 2⁻²⁷ by design (4e-5 here), 1e-6 as measured where
 * a tail of 4,800 tokens falls below half a unit.
 */
const SHARE_TOLERANCE = 2e-6;

/** Fails unless the cut is a token's logit, and p lies between the shares above it and from it up, within the tolerance. */
function expectNearCut(logits: Float32Array, sampler: SamplerSettings, cut: number): void {
  expect(sampler.topP).toBeLessThan(1);
  expect(logits).toContain(cut);
  const least = thresholdReference(logits, { ...sampler, topP: 1 });
  const peak = Math.max(...logits);
  const mass = (survives: (logit: number) => boolean) =>
    logits.filter((logit) => logit >= least && survives(logit)).reduce((sum, logit) => sum + Math.exp(logit - peak), 0);
  const total = mass(() => true);
  expect(mass((logit) => logit >= cut) / total).toBeGreaterThan(sampler.topP - SHARE_TOLERANCE);
  expect(mass((logit) => logit > cut) / total).toBeLessThan(sampler.topP + SHARE_TOLERANCE);
}

describe.each(devices)('threshold on $name', ({ device, variants }) => {
  // By size, three in all: a software driver takes seconds to compile for each and remembers few.
  test.each(cases.toSorted((a, b) => a.logits.length - b.logits.length))('$title', async ({ logits, settings }) => {
    const sampler = samplerSettings(settings);
    const result = await runKernel(
      device,
      threshold,
      { vocabularySize: logits.length },
      variants[0]!,
      { tokens: 1, kvLength: 1 },
      { logits: Float32Array.from(logits), threshold: new Float32Array(1), sampler: samplerUniform(sampler) },
    );
    const expected = thresholdReference(Float32Array.from(logits), sampler);
    const [actual] = new Float32Array(result['threshold']!);
    // Only ln(minP) and the sums of probabilities are arithmetic; every other cut is a token's own logit.
    if (sampler.minP > 0) expect(actual).toBeCloseTo(Math.fround(expected), 5);
    else if (actual !== Math.fround(expected)) expectNearCut(Float32Array.from(logits), sampler, actual!);
  });

  test('each row of logits has a cut of its own', async () => {
    // As long as the shortest cases, and so one pipeline with them.
    const rows = [randomValues(7, 3, 3), randomValues(7, 4, 3), randomValues(7, 5, 3)];
    const sampler = samplerSettings({ topK: 4 });
    const logits = new Float32Array(3 * 32);
    for (const [row, values] of rows.entries()) logits.set(values, 32 * row);
    const result = await runKernel(
      device,
      threshold,
      { vocabularySize: 7 },
      variants[0]!,
      { tokens: 3, kvLength: 1, drafts: 2 },
      { logits, threshold: new Float32Array(3), sampler: samplerUniform(sampler) },
    );
    const expected = rows.map((values) => thresholdReference(Float32Array.from(values), sampler));
    expect([...new Float32Array(result['threshold']!)]).toEqual(expected.map(Math.fround));
  });
});

describe('the reference', () => {
  const odds = [1, 2, 3, 4].map(Math.log); // probabilities 0.1, 0.2, 0.3, 0.4
  test.each([
    [{ topK: 2 }, odds[2]],
    [{ topP: 0.4 - 1e-9 }, odds[3]],
    [{ topP: 0.65 }, odds[2]],
    [{ topP: 0.95 }, odds[0]],
    // Of the top two, the first has 4/7.
    [{ topK: 2, topP: 0.55 }, odds[3]],
    [{ topK: 2, topP: 0.6 }, odds[2]],
    [{ minP: 0.6 }, Math.log(2.4)],
    [{ temperature: 0, topK: 1 }, -3.4e38],
    [{}, -3.4e38],
  ] as [Partial<SamplerSettings>, number][])('%o', (settings, expected) => {
    expect(thresholdReference(odds, samplerSettings(settings))).toBeCloseTo(expected, 10);
  });
});
