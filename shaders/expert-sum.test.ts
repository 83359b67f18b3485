import { describe, expect, test } from 'vitest';
import { expertCase, expertShape } from '../tools/testing/expert-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import type { ExpertShape } from './expert-matvec.ts';
import { expertSumReference } from './expert-sum.ref.ts';
import { expertSum } from './expert-sum.ts';
import type { Variant } from './kernel.ts';

const devices = await testDevices();

interface Case {
  readonly title: string;
  readonly shape: ExpertShape;
  readonly tokens: number;
  readonly layerExperts?: number;
}

// Sizes that no block, group or tile divides. How each type is read is expert-matvec's test.
const cases: Case[] = [
  {
    title: 'one expert of one row',
    shape: expertShape({ type: 'F32', columns: 32, rows: 1, experts: 1, used: 1 }),
    tokens: 2,
  },
  {
    title: 'F32, 67 columns',
    shape: expertShape({ type: 'F32', columns: 67, rows: 73, experts: 7, used: 3, bias: true }),
    tokens: 3,
  },
  {
    title: 'MXFP4, a shard in the middle, biases',
    shape: expertShape({ type: 'MXFP4', columns: 608, rows: 11, firstExpert: 3, experts: 2, used: 4, bias: true }),
    tokens: 5,
    layerExperts: 9,
  },
  {
    title: 'Q6_K, eight experts',
    shape: expertShape({ type: 'Q6_K', columns: 256, rows: 6, experts: 9, used: 8 }),
    tokens: 1,
  },
];
describe.each(devices)('expert-sum on $name', ({ device, variants }) => {
  async function expectParity(variant: Variant, { shape, tokens, layerExperts }: Case): Promise<void> {
    const { data, bindings } = expertCase(shape, tokens, {
      rowsPerToken: 'used',
      outputs: 'one',
      ...(layerExperts === undefined ? {} : { layerExperts }),
    });
    const expected = expertSumReference(shape, data, tokens);
    // A recorded grid may be made for more tokens than the step has.
    const extent = { tokens: tokens + 3, kvLength: tokens + 20 };
    const output = await runKernel(device, expertSum, shape, variant, extent, bindings);
    const actual = new Float32Array(output['y']!);
    expect(nmse(actual, expected)).toBeLessThanOrEqual(1e-10);
    for (const [i, value] of actual.entries()) if (expected[i] === data.y[i]) expect(value).toBe(data.y[i]);
  }

  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$title', (given) => expectParity(variant, given));
  });
});

describe('the reference, by hand', () => {
  const run = (shape: Partial<ExpertShape>): number[] => {
    const base = expertShape({ type: 'F32', columns: 1, rows: 2, experts: 2, used: 2, inputStride: 1 }, 0);
    const routes = [
      { expert: 1, weight: 0.25 },
      { expert: 0, weight: 2 },
    ];
    const data = { weights: [1, 2, 30, 4], x: [2, 3], routes, bias: [5, 0, 0, 8], y: [100, 200] };
    return [...expertSumReference({ ...base, ...shape }, data, 1)];
  };

  test('experts count by their weights, each on its own activations', () => {
    expect(run({})).toEqual([100 + 0.25 * 60 + 2 * 3, 200 + 0.25 * 8 + 2 * 6]);
    expect(run({ bias: true })).toEqual([100 + 0.25 * 60 + 2 * (3 + 5), 200 + 0.25 * (8 + 8) + 2 * 6]);
  });

  test('shards add up', () => {
    expect(run({ experts: 1, bias: true })).toEqual([100 + 2 * (3 + 5), 200 + 2 * 6]);
  });
});
