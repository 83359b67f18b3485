import { describe, expect, test } from 'vitest';
import { expertCase, expertShape } from '../tools/testing/expert-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { expertMatvecReference } from './expert-matvec.ref.ts';
import { expertMatvec, type ExpertMatvecShape } from './expert-matvec.ts';
import type { Variant } from './kernel.ts';
import { QUANT_TYPES } from './quant/types.ts';

const devices = await testDevices();
const store = { epilogue: 'store', activation: 'silu' } as const;
const glu = { epilogue: 'glu', activation: 'silu' } as const;

interface Case {
  readonly title: string;
  readonly shape: ExpertMatvecShape;
  readonly tokens: number;
  readonly layerExperts?: number;
}

// Sizes that no block, group or tile divides.
const cases: Case[] = [
  {
    title: 'one expert of one row',
    shape: { ...expertShape({ type: 'F32', columns: 32, rows: 1, experts: 1, used: 1 }), ...store },
    tokens: 1,
  },
  {
    title: 'F32, 67 columns, gate and up',
    shape: { ...expertShape({ type: 'F32', columns: 67, rows: 74, experts: 7, used: 3 }), ...glu },
    tokens: 3,
  },
  {
    title: 'MXFP4, clamped, biases',
    shape: {
      ...expertShape({ type: 'MXFP4', columns: 608, rows: 22, experts: 5, used: 4, bias: true }),
      epilogue: 'glu',
      activation: 'clamped-silu',
    },
    tokens: 2,
  },
  {
    title: 'Q8_0, gate first, a shard in the middle',
    shape: {
      ...expertShape({ type: 'Q8_0', columns: 96, rows: 9, firstExpert: 2, experts: 3, used: 4, bias: true }),
      epilogue: 'gate',
      activation: 'silu',
    },
    tokens: 5,
    layerExperts: 8,
  },
  {
    title: 'Q4_0, clamped gate first, a long row',
    shape: {
      ...expertShape({ type: 'Q4_0', columns: 2080, rows: 5, experts: 4, used: 2 }),
      epilogue: 'gate',
      activation: 'clamped-silu',
    },
    tokens: 1,
  },
];
// What differs between types is the same for every kind of reduction; so the quickest runs all of them.
const types: Case[] = QUANT_TYPES.map((type, i) => ({
  title: type,
  shape: { ...expertShape({ type, columns: 256, rows: 6 + i, experts: 3, used: 2, bias: true }), ...store },
  tokens: 2,
}));

describe.each(devices)('expert-matvec on $name', ({ device, variants }) => {
  async function expectParity(variant: Variant, { shape, tokens, layerExperts }: Case): Promise<void> {
    const { data, bindings } = expertCase(shape, tokens, {
      rowsPerToken: 'one',
      outputs: 'used',
      ...(layerExperts === undefined ? {} : { layerExperts }),
    });
    const expected = expertMatvecReference(shape, data, tokens);
    // A recorded grid may be made for more tokens than the step has.
    const extent = { tokens: tokens + 3, kvLength: tokens + 20 };
    const output = await runKernel(device, expertMatvec, shape, variant, extent, bindings);
    const actual = new Float32Array(output['y']!);
    expect(nmse(actual, expected)).toBeLessThanOrEqual(1e-10);
    // Nothing but the outputs of experts that are here changes.
    for (const [i, value] of actual.entries()) if (expected[i] === data.y[i]) expect(value).toBe(data.y[i]);
  }

  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    const quickest = variant.reduction === 'thread';
    test.each(quickest ? [...cases, ...types] : cases)('$title', (given) => expectParity(variant, given));
  });
});

describe('the reference, by hand', () => {
  const run = (shape: Partial<ExpertMatvecShape>, y: number[]): number[] => {
    const base = expertShape({ type: 'F32', columns: 1, rows: 2, experts: 2, used: 2, inputStride: 1 }, 0);
    const routes = [
      { expert: 1, weight: 9 },
      { expert: 0, weight: 9 },
    ];
    const data = { weights: [1, 2, 30, 4], x: [0.5], routes, bias: [0, 0, 0, 8], y };
    return [...expertMatvecReference({ ...base, ...store, ...shape }, data, 1)];
  };
  const near = (value: number): unknown => expect.closeTo(value, 12);
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

  test('each token has the rows of its own experts, in the order of its routes', () => {
    expect(run({}, [0, 0, 0, 0])).toEqual([15, 2, 0.5, 1]);
    expect(run({ bias: true }, [0, 0, 0, 0])).toEqual([15, 10, 0.5, 1]);
  });

  test('another shard’s experts are left alone', () => {
    expect(run({ experts: 1 }, [7, 7, 0, 0])).toEqual([7, 7, 0.5, 1]);
  });

  test('gates', () => {
    expect(run({ epilogue: 'gate' }, [2, -1, 0, 1])).toEqual([
      near(2 * sigmoid(2) * 15),
      near(-sigmoid(-1) * 2),
      0,
      near(sigmoid(1)),
    ]);
    // 15 is cut to 7, and 10 to 7; below, −7 is the least.
    const clamped = { epilogue: 'glu', activation: 'clamped-silu', bias: true, outputStride: 1 } as const;
    expect(run(clamped, [0, 0])).toEqual([near(7 * sigmoid(1.702 * 7) * 8), near(0.5 * sigmoid(0.851) * 2)]);
    expect(run({ ...clamped, epilogue: 'gate', outputStride: 2 }, [-99, 1, 0, 1])[0]).toBeCloseTo(0, 12);
  });
});
