import { describe, expect, test } from 'vitest';
import { expertCase, expertShape } from '../tools/testing/expert-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { expertMatmulReference } from './expert-matmul.ref.ts';
import { expertMatmul, type ExpertMatmulShape } from './expert-matmul.ts';

const devices = await testDevices();
const ofTokens = { inputs: 'tokens', maxTokens: 64 } as const;

interface Case {
  readonly title: string;
  readonly shape: ExpertMatmulShape;
  readonly tokens: number;
  readonly layerExperts?: number;
}

// Sizes that no block or tile divides. How each type is read is matmul's test.
const cases: Case[] = [
  {
    title: 'F32, 67 columns, gate and up, experts without tokens',
    shape: {
      ...expertShape({ type: 'F32', columns: 67, rows: 74, experts: 9, used: 3 }),
      ...ofTokens,
      epilogue: 'glu',
      activation: 'silu',
    },
    tokens: 1,
  },
  {
    title: 'MXFP4, clamped, biases, an expert of several tiles',
    shape: {
      ...expertShape({ type: 'MXFP4', columns: 96, rows: 22, experts: 3, used: 2, bias: true }),
      ...ofTokens,
      epilogue: 'glu',
      activation: 'clamped-silu',
    },
    tokens: 53,
  },
  {
    title: 'Q8_0, gate first, a shard in the middle',
    shape: {
      ...expertShape({ type: 'Q8_0', columns: 96, rows: 9, firstExpert: 2, experts: 3, used: 4, bias: true }),
      ...ofTokens,
      epilogue: 'gate',
      activation: 'silu',
    },
    tokens: 5,
    layerExperts: 8,
  },
  {
    title: 'Q4_K, a row of x for each pair, as many tokens as there may be',
    shape: {
      ...expertShape({ type: 'Q4_K', columns: 256, rows: 67, experts: 1, used: 1, bias: true }),
      inputs: 'pairs',
      maxTokens: 70,
      epilogue: 'store',
      activation: 'silu',
    },
    tokens: 70,
  },
  {
    title: 'F16, a row of x for each pair',
    shape: {
      ...expertShape({ type: 'F16', columns: 72, rows: 6, experts: 5, used: 3 }),
      ...ofTokens,
      inputs: 'pairs',
      epilogue: 'store',
      activation: 'silu',
    },
    tokens: 4,
  },
];

describe.each(devices)('expert-matmul on $name', ({ device, variants }) => {
  // The kernel is the same for every kind of reduction.
  describe.each(variants.filter(({ reduction }) => reduction === 'workgroup'))('$real', (variant) => {
    test.each(cases)('$title', async ({ shape, tokens, layerExperts }) => {
      const { data, bindings } = expertCase(shape, tokens, {
        rowsPerToken: shape.inputs === 'pairs' ? 'used' : 'one',
        outputs: 'used',
        ...(layerExperts === undefined ? {} : { layerExperts }),
      });
      const expected = expertMatmulReference(shape, data, tokens);
      // A recorded grid may be made for more tokens than the step has.
      const extent = { tokens: tokens + 64, kvLength: tokens + 64 };
      const output = await runKernel(device, expertMatmul, shape, variant, extent, bindings);
      const actual = new Float32Array(output['y']!);
      // A weight tile of f16 rounds each weight to 11 bits, as in matmul.
      expect(nmse(actual, expected)).toBeLessThanOrEqual(variant.real === 'f16' ? 1e-7 : 1e-10);
      for (const [i, value] of actual.entries()) if (expected[i] === data.y[i]) expect(value).toBe(data.y[i]);
    });
  });
});

test('refuses more tokens than its list has room for', () => {
  const shape: ExpertMatmulShape = { ...cases[0]!.shape, maxTokens: 513 };
  expect(() => expertMatmul.source(shape, { real: 'f32', reduction: 'workgroup' })).toThrow('512');
});
