import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { headNormReference } from './head-norm.ref.ts';
import { headNorm, type HeadNormShape } from './head-norm.ts';

const devices = await testDevices();
const cases = [
  { title: 'heads', queries: { count: 5, length: 40 }, keys: { count: 2, length: 40 }, stride: 384, tokens: 3 },
  { title: 'whole rows', queries: { count: 1, length: 200 }, keys: { count: 1, length: 72 }, stride: 352, tokens: 2 },
  {
    title: 'one wide head',
    queries: { count: 1, length: 256 },
    keys: { count: 1, length: 256 },
    stride: 768,
    tokens: 1,
  },
];

describe.each(devices)('head-norm on $name', ({ device, variants }) => {
  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$title', async ({ queries, keys, stride, tokens }) => {
      const shape: HeadNormShape = { queries, keys, stride, epsilon: 1e-6 };
      const x = randomValues(tokens * stride, 1);
      const weight = randomValues(queries.length + keys.length, 2);
      const data = {
        x: Float32Array.from(x),
        weight: Float32Array.from(weight),
        step: Uint32Array.of(7, tokens, 0, 0),
      };
      // A recorded grid may be made for more tokens than the step has.
      const extent = { tokens: tokens + 2, kvLength: tokens + 9 };
      const result = await runKernel(device, headNorm, shape, variant, extent, data);
      const actual = new Float32Array(result['x']!);
      const before = x.slice();
      headNormReference(shape, x, weight, tokens);
      expect(nmse(actual, x)).toBeLessThanOrEqual(1e-10);
      // Values, and what pads a row, are not its business.
      const normed = queries.count * queries.length + keys.count * keys.length;
      for (const [i, value] of actual.entries()) if (i % stride >= normed) expect(value).toBe(before[i]);
    });
  });
});

test('the reference, by hand', () => {
  const x = Float64Array.of(3, 4, 6, 8, 5, 1, 9, 9);
  const shape = { queries: { count: 2, length: 2 }, keys: { count: 1, length: 1 }, stride: 8, epsilon: 0 };
  headNormReference(shape, x, [2, 1, 10], 1);
  // Both query heads point the same way; their root mean squares are √12.5 and √50.
  const unit = Math.sqrt(12.5);
  const expected = [6 / unit, 4 / unit, 6 / unit, 4 / unit, 10, 1, 9, 9];
  expect([...x]).toEqual(expected.map((value) => expect.closeTo(value, 12)));
});
