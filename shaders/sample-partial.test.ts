import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { samplerSettings, samplerUniform } from '../tools/testing/sampler-settings.ts';
import { rowStride, type Variant } from './kernel.ts';
import { pcg3d, samplePartialReference, type Candidate } from './sample-partial.ref.ts';
import { samplePartial, type SamplePartialShape } from './sample-partial.ts';
import type { SamplerSettings } from './sampler.ts';

const devices = await testDevices();
// What differs between variants here is the reduction alone.
const reductions = (variants: readonly Variant[]) => variants.filter(({ real }) => real === 'f32');

/** The tokens that a run leaves, one a group; `null` where none survived. */
async function draw(
  device: GPUDevice,
  variant: Variant,
  shape: SamplePartialShape,
  logits: ArrayLike<number>,
  threshold: number,
  sampler: SamplerSettings,
  [position, tokens]: readonly [number, number],
): Promise<(number | null)[]> {
  const result = await runKernel(
    device,
    samplePartial,
    shape,
    variant,
    { tokens, kvLength: position + tokens },
    {
      logits: Float32Array.from(logits),
      threshold: new Float32Array([threshold]),
      partials: new Uint32Array(2 * shape.groups),
      sampler: samplerUniform(sampler),
      step: new Uint32Array([position, tokens, 0, 0]),
    },
  );
  const partials = new Uint32Array(result['partials']!);
  return Array.from({ length: shape.groups }, (_, group) => (partials[2 * group] ? partials[2 * group + 1]! : null));
}

const ids = (candidates: Candidate[]) => candidates.map((candidate) => candidate?.token ?? null);

/** χ² of counts against probabilities. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const draws = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce(
    (sum, count, i) => sum + (count - draws * probabilities[i]!) ** 2 / (draws * probabilities[i]!),
    0,
  );
}

/** Fifteen degrees of freedom stay below this in 999 of 1,000 cases; the seeds are fixed, so this does not flicker. */
const CHI_SQUARE_15 = 37.7;

const sixteen = Array.from({ length: 16 }, (_, i) => Math.fround(Math.sin(i) * 2));
const softmax = (logits: readonly number[], temperature: number) => {
  const weights = logits.map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};

describe.each(devices)('sample-partial on $name', ({ device, variants }) => {
  describe.each(reductions(variants))('$reduction', (variant) => {
    const shape = { vocabularySize: 5003, groups: 37 };
    const logits = randomValues(shape.vocabularySize, 1, 8);

    test('temperature 0 takes the largest logit, whatever the threshold, ties to the lowest id', async () => {
      const tied = logits.map((logit) => Math.round(logit));
      const sampler = samplerSettings({ temperature: 0 });
      const expected = ids(samplePartialReference(shape, tied, 100, sampler, 9));
      expect(await draw(device, variant, shape, tied, 100, sampler, [8, 1])).toEqual(expected);
    });

    test.each([
      { temperature: 0.8, seed: 1, threshold: -3.4e38, step: [0, 7] },
      { temperature: 1.7, seed: 4_000_000_000, threshold: 6, step: [1234, 1] },
      { temperature: 1e-3, seed: 3, threshold: 7.9, step: [5, 1] },
    ] as const)('draws what the definition draws: %o', async ({ temperature, seed, threshold, step }) => {
      const sampler = samplerSettings({ temperature, seed });
      const expected = ids(samplePartialReference(shape, logits, threshold, sampler, step[0] + step[1]));
      expect(await draw(device, variant, shape, logits, threshold, sampler, step)).toEqual(expected);
    });

    test('forbidden tokens and NaN never win', async () => {
      const small = { vocabularySize: 6, groups: 2 };
      const odd = [NaN, -Infinity, 1, NaN, -5, -Infinity];
      for (const temperature of [0, 1])
        expect(await draw(device, variant, small, odd, -3.4e38, samplerSettings({ temperature }), [0, 1])).toEqual([
          2, 4,
        ]);
    });

    test('draws for each row of logits at its own place, with its own cut', async () => {
      const small = { vocabularySize: 70, groups: 3 };
      const stride = rowStride(small.vocabularySize);
      const rowsOfLogits = randomValues(3 * stride, 6, 5);
      const thresholds = [1, -3.4e38, 3];
      const sampler = samplerSettings({ temperature: 1.1, seed: 12 });
      const result = await runKernel(
        device,
        samplePartial,
        small,
        variant,
        { tokens: 4, kvLength: 13, drafts: 2 },
        {
          logits: Float32Array.from(rowsOfLogits),
          threshold: new Float32Array(thresholds),
          partials: new Uint32Array(2 * 3 * small.groups),
          sampler: samplerUniform(sampler),
          step: new Uint32Array([9, 4, 2, 0]),
        },
      );
      const partials = new Uint32Array(result['partials']!);
      const drawn = Array.from({ length: 9 }, (_, i) => (partials[2 * i] ? partials[2 * i + 1]! : null));
      const expected = thresholds.flatMap((cut, row) =>
        ids(samplePartialReference(small, rowsOfLogits.slice(row * stride), cut, sampler, 11 + row)),
      );
      expect(drawn).toEqual(expected);
    });

    test('follows the softmax of the survivors', async () => {
      // Each group holds the same sixteen tokens, so that one run is as many draws as there are groups.
      const wide = { vocabularySize: 16 * 2048, groups: 2048 };
      const repeated = Float64Array.from({ length: wide.vocabularySize }, (_, i) => sixteen[i % 16]!);
      const sampler = samplerSettings({ temperature: 1.3, seed: 77 });
      const drawn = await draw(device, variant, wide, repeated, -3.4e38, sampler, [10, 1]);
      const counts = sixteen.map((_, i) => drawn.filter((token) => token! % 16 === i).length);
      expect(chiSquare(counts, softmax(sixteen, 1.3))).toBeLessThan(CHI_SQUARE_15);
    });
  });
});

describe('the reference', () => {
  const shape = { vocabularySize: 16, groups: 1 };
  const counts = (candidates: Candidate[]) =>
    sixteen.map((_, i) => candidates.filter((candidate) => candidate?.token === i).length);

  // Worked by hand from the paper's five lines, in 32-bit arithmetic.
  test('pcg3d of zeros', () => {
    const c = 1013904223n;
    const mask = (1n << 32n) - 1n;
    let [x, y, z] = [c, c, c];
    x = (x + y * z) & mask;
    y = (y + z * x) & mask;
    z = (z + x * y) & mask;
    [x, y, z] = [x ^ (x >> 16n), y ^ (y >> 16n), z ^ (z >> 16n)];
    expect(BigInt(pcg3d(0, 0, 0))).toBe((x + y * z) & mask);
  });

  test('follows the softmax from place to place, and from seed to seed', () => {
    for (const [name, at] of [
      ['places', (i: number) => [5, i]],
      ['seeds', (i: number) => [i, 5]],
    ] as const) {
      const candidates = Array.from({ length: 20_000 }, (_, i) => {
        const [seed, position] = at(i) as [number, number];
        return samplePartialReference(shape, sixteen, -3.4e38, samplerSettings({ seed }), position)[0]!;
      });
      expect(chiSquare(counts(candidates), softmax(sixteen, 1)), name).toBeLessThan(CHI_SQUARE_15);
    }
  });

  test('draws survivors only', () => {
    for (let position = 0; position < 500; position++) {
      const [best] = samplePartialReference(shape, sixteen, 1.5, samplerSettings(), position);
      expect(sixteen[best!.token]).toBeGreaterThanOrEqual(1.5);
    }
  });
});
