import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { samplerSettings, samplerUniform } from '../tools/testing/sampler-settings.ts';
import { maskLogitsReference } from './mask-logits.ref.ts';
import { maskLogits } from './mask-logits.ts';
import { samplePartialReference } from './sample-partial.ref.ts';
import { samplePartial } from './sample-partial.ts';
import { thresholdReference } from './threshold.ref.ts';
import { threshold } from './threshold.ts';

const devices = await testDevices();

function maskOf(vocabularySize: number, allows: (token: number) => boolean): Uint32Array<ArrayBuffer> {
  const mask = new Uint32Array(Math.ceil(vocabularySize / 32));
  for (let token = 0; token < vocabularySize; token++) if (allows(token)) mask[token >>> 5]! |= 1 << (token & 31);
  return mask;
}

const cases = [
  { title: 'every third token', vocabularySize: 509, allows: (token: number) => token % 3 === 0 },
  { title: 'one token, the last of a word', vocabularySize: 97, allows: (token: number) => token === 63 },
  { title: 'one token, the last', vocabularySize: 513, allows: (token: number) => token === 512 },
  { title: 'all', vocabularySize: 33, allows: () => true },
  { title: 'none', vocabularySize: 64, allows: () => false },
];
const extent = { tokens: 1, kvLength: 1 };

describe.each(devices)('mask-logits on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    test.each(cases)('$title of $vocabularySize', async ({ vocabularySize, allows }) => {
      const mask = maskOf(vocabularySize, allows);
      // As models write them, and as they should not: what is not allowed is lowest whatever it was.
      const logits = Float32Array.from(randomValues(vocabularySize, 1, 20));
      logits.set([-Infinity, Infinity, NaN], 5);
      const run = await runKernel(device, maskLogits, { vocabularySize }, variant, extent, { mask, logits });
      expect([...new Float32Array(run['logits']!)]).toEqual([...Float32Array.from(maskLogitsReference(mask, logits))]);
    });

    test('what it leaves is what is drawn, with cuts that would have kept others', async () => {
      const vocabularySize = 300;
      const sampler = samplerSettings({ temperature: 1.5, topK: 5, topP: 0.9, minP: 0.01, seed: 3 });
      const mask = maskOf(vocabularySize, (token) => token % 90 === 7);
      const before = Float32Array.from(randomValues(vocabularySize, 4, 20));
      const masked = await runKernel(device, maskLogits, { vocabularySize }, variant, extent, { mask, logits: before });
      const logits = new Float32Array(masked['logits']!);
      const uniform = { sampler: samplerUniform(sampler), step: new Uint32Array([6, 1, 0, 0]) };
      const cut = await runKernel(device, threshold, { vocabularySize }, variant, extent, {
        logits,
        threshold: new Float32Array(1),
        ...uniform,
      });
      const least = new Float32Array(cut['threshold']!);
      const reference = maskLogitsReference(mask, before);
      expect(least[0]).toBeCloseTo(thresholdReference(reference, sampler), 4);
      const shape = { vocabularySize, groups: 4 };
      const drawn = await runKernel(device, samplePartial, shape, variant, extent, {
        logits,
        threshold: least,
        partials: new Uint32Array(8),
        ...uniform,
      });
      const ids = [...new Uint32Array(drawn['partials']!)].filter((_, index) => index % 2 === 1);
      const expected = samplePartialReference(
        shape,
        reference.map((logit) => (logit < -3e38 ? -Infinity : logit)),
        least[0]!,
        sampler,
        7,
      );
      expect(ids).toEqual(expected.map((candidate) => candidate?.token ?? 0xffffffff));
      expect(ids.filter((id) => id !== 0xffffffff).every((id) => id % 90 === 7)).toBe(true);
      expect(ids.some((id) => id !== 0xffffffff)).toBe(true);
    });
  });
});

test('the reference: the lowest bit of a word is its first token', () => {
  expect([...maskLogitsReference(Uint32Array.of(0b101), [1, 2, 3])]).toEqual([1, -3.4e38, 3]);
});
