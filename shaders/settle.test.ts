import { describe, expect, test } from 'vitest';
import { streamCase } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { rowStride } from './kernel.ts';
import { settleReference } from './settle.ref.ts';
import { settle } from './settle.ts';

const devices = await testDevices();
const cases = [
  { dim: 1, epsilon: 1e-5 },
  { dim: 67, epsilon: 1e-6 },
  { dim: 2080, epsilon: 0.5 },
];

describe.each(devices)('settle on $name', ({ device, variants }) => {
  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('a stream of $dim', async ({ dim, epsilon }) => {
      const stride = rowStride(dim);
      const x = streamCase(dim);
      const y = new Float32Array(stride);
      const output = await runKernel(device, settle, { dim, epsilon }, variant, { tokens: 1, kvLength: 1 }, { x, y });
      const actual = new Float32Array(output['y']!);
      expect(nmse(actual, settleReference({ dim, epsilon }, x, stride))).toBeLessThanOrEqual(1e-10);
      expect(actual.every((value, i) => i < dim || value === 0)).toBe(true);
    });
  });
});

test.each(['thread', 'workgroup', 'subgroup'] as const)('%s is one module for f32 and f16', (reduction) => {
  const shape = { dim: 64, epsilon: 0 };
  expect(settle.source(shape, { real: 'f16', reduction })).toBe(settle.source(shape, { real: 'f32', reduction }));
});

test('the reference, by hand', () => {
  // The squares' sum is 50, their mean 25: the addend is divided by 5.
  expect([...settleReference({ dim: 2, epsilon: 0 }, [1, 2, 15, -5, 50, 0], 2)]).toEqual([4, 1]);
});
