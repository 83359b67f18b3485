import { describe, expect, test } from 'vitest';
import { nmse, runKernel, seededRandom, testDevices } from '../tools/testing/run-kernel.ts';
import { rowStride } from './kernel.ts';
import { rmsNormReference } from './rms-norm.ref.ts';
import { rmsNorm } from './rms-norm.ts';

const devices = await testDevices();
const cases = [
  { dim: 1, tokens: 1, epsilon: 1e-5 },
  { dim: 67, tokens: 3, epsilon: 1e-6 },
  { dim: 2080, tokens: 5, epsilon: 0.5 },
  { dim: 67, tokens: 2, epsilon: 1e-6, add: true },
];

describe.each(devices)('rms-norm on $name', ({ device, variants }) => {
  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$tokens tokens of $dim, added: $add', async ({ dim, tokens, epsilon, add = false }) => {
      const random = seededRandom(dim);
      const stride = rowStride(dim);
      const x = Float32Array.from({ length: tokens * stride }, (_, i) => (i % stride < dim ? 3 * random() : 0));
      const weight = Float32Array.from({ length: stride }, (_, i) => (i < dim ? random() : 0));
      const y = Float32Array.from({ length: tokens * stride }, (_, i) => (add && i % stride < dim ? random() : 0));
      const step = Uint32Array.of(0, tokens, 0, 0);
      const extent = { tokens, kvLength: tokens };
      const output = await runKernel(device, rmsNorm, { dim, epsilon, add }, variant, extent, { x, weight, y, step });
      const actual = new Float32Array(output['y']!);
      const expected = rmsNormReference({ dim, epsilon }, x, weight, tokens, stride).map((value, i) => value + y[i]!);
      expect(nmse(actual, expected)).toBeLessThanOrEqual(1e-10);
      expect(actual.every((value, i) => i % stride < dim || value === 0)).toBe(true);
    });
  });
});

test.each(['thread', 'workgroup', 'subgroup'] as const)('%s is one module for f32 and f16', (reduction) => {
  const shape = { dim: 64, epsilon: 0 };
  expect(rmsNorm.source(shape, { real: 'f16', reduction })).toBe(rmsNorm.source(shape, { real: 'f32', reduction }));
});

test('the reference, by hand', () => {
  const y = rmsNormReference({ dim: 2, epsilon: 0 }, [3, 4, 0, 0], [2, 1], 1, 4);
  // The root mean square of 3 and 4 is √12.5.
  expect([...y]).toEqual([6 / Math.sqrt(12.5), 4 / Math.sqrt(12.5), 0, 0].map((value) => expect.closeTo(value, 12)));
});
