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
  {
    title: 'heads of weights of their own, around their mean',
    queries: { count: 3, length: 40 },
    keys: { count: 2, length: 24 },
    stride: 192,
    tokens: 3,
    kind: 'layer',
    ownWeights: true,
  },
] as const satisfies readonly (Omit<HeadNormShape, 'epsilon'> & { title: string; tokens: number })[];

describe.each(devices)('head-norm on $name', ({ device, variants }) => {
  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$title', async ({ tokens, ...sizes }) => {
      const shape: HeadNormShape = { ...sizes, epsilon: 1e-6 };
      const { queries, keys, stride, ownWeights = false } = shape;
      const x = randomValues(tokens * stride, 1);
      const lengths = [queries, keys].map(({ count, length }) => (ownWeights ? count * length : length));
      const weight = randomValues(lengths[0]! + lengths[1]!, 2);
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

test('the reference of a layer norm whose heads have weights of their own, by hand', () => {
  const x = Float64Array.of(1, 3, 5, 1, 2, 10, 9);
  const sizes = { queries: { count: 2, length: 2 }, keys: { count: 1, length: 2 }, stride: 7, epsilon: 0 };
  const shape = { ...sizes, kind: 'layer', ownWeights: true } as const;
  headNormReference(shape, x, [2, 3, 5, 7, 11, 13], 1);
  // Two values are one deviation away from their mean, one on each side.
  expect([...x]).toEqual([-2, 3, 5, -7, -11, 13, 9]);
});
