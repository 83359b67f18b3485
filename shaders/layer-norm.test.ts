import { describe, expect, test } from 'vitest';
import { nmse, runKernel, seededRandom, testDevices } from '../tools/testing/run-kernel.ts';
import { rowStride } from './kernel.ts';
import { layerNormReference } from './layer-norm.ref.ts';
import { layerNorm } from './layer-norm.ts';

const devices = await testDevices();
const cases = [
  { dim: 3, tokens: 1, epsilon: 1e-5, shift: 0 },
  { dim: 67, tokens: 3, epsilon: 1e-6, shift: 50 },
  { dim: 2080, tokens: 2, epsilon: 0.5, shift: 1 },
];

describe.each(devices)('layer-norm on $name', ({ device, variants }) => {
  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$tokens tokens of $dim around $shift', async ({ dim, tokens, epsilon, shift }) => {
      const random = seededRandom(dim);
      const stride = rowStride(dim);
      const rows = (value: () => number) =>
        Float32Array.from({ length: tokens * stride }, (_, i) => (i % stride < dim ? value() : 0));
      const x = rows(() => shift + 3 * random());
      const [weight, bias] = [1, 2].map(() => Float32Array.from({ length: dim }, random)) as [
        Float32Array<ArrayBuffer>,
        Float32Array<ArrayBuffer>,
      ];
      const data = { x, weight, bias, y: rows(() => 9), step: Uint32Array.of(0, tokens, 0, 0) };
      const extent = { tokens, kvLength: tokens };
      const output = await runKernel(device, layerNorm, { dim, epsilon }, variant, extent, data);
      const actual = new Float32Array(output['y']!);
      // A mean of 50 leaves f32 six bits fewer for what differs from it.
      const bar = shift === 50 ? 1e-9 : 1e-10;
      expect(nmse(actual, layerNormReference({ dim, epsilon }, x, weight, bias, tokens, stride))).toBeLessThan(bar);
      expect(actual.every((value, i) => i % stride < dim || value === 0)).toBe(true);
    });
  });
});

test('the reference, by hand', () => {
  const y = layerNormReference({ dim: 2, epsilon: 0 }, [3, 7, 0, 0], [2, 1], [10, 0.5], 1, 4);
  // Mean 5, standard deviation 2.
  expect([...y]).toEqual([8, 1.5, 0, 0]);
});
