import { describe, expect, test } from 'vitest';
import { linearCase, linearShape } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { matmulReference } from './matmul.ref.ts';
import { matmul } from './matmul.ts';
import { QUANT_TYPES } from './quant/types.ts';

const devices = await testDevices();

// Every type and epilogue, at sizes that no tile divides.
const cases = [
  { title: 'Q8_0, one row, one token', shape: linearShape({ type: 'Q8_0', columns: 32, rows: 1 }), tokens: 1 },
  {
    title: 'Q4_0, glu, a shard in the middle',
    shape: linearShape({ type: 'Q4_0', columns: 96, rows: 70, firstRow: 4, bias: true, epilogue: 'glu' }),
    tokens: 65,
  },
  {
    title: 'Q4_K, residual',
    shape: linearShape({ type: 'Q4_K', columns: 512, rows: 67, bias: true, epilogue: 'add' }),
    tokens: 3,
  },
  { title: 'Q6_K, gated', shape: linearShape({ type: 'Q6_K', columns: 256, rows: 6, epilogue: 'gate' }), tokens: 17 },
  {
    title: 'F32, 67 columns, rows further apart',
    shape: linearShape({ type: 'F32', columns: 67, rows: 83, firstRow: 1, inputStride: 160 }),
    tokens: 4,
  },
  { title: 'F16, 172 columns', shape: linearShape({ type: 'F16', columns: 172, rows: 6, bias: true }), tokens: 5 },
  ...QUANT_TYPES.map((type, i) => ({
    title: type,
    shape: linearShape({ type, columns: 256, rows: 5 + i }),
    tokens: 3,
  })),
  { title: 'BF16, 77 columns', shape: linearShape({ type: 'BF16', columns: 77, rows: 9 }), tokens: 3 },
  {
    title: 'F32, GELU of gate',
    shape: linearShape({ type: 'F32', columns: 64, rows: 14, epilogue: 'glu', activation: 'gelu' }),
    tokens: 4,
  },
  {
    title: 'F32, GELU alone',
    shape: linearShape({ type: 'F32', columns: 64, rows: 7, bias: true, epilogue: 'activate', activation: 'gelu' }),
    tokens: 4,
  },
  {
    title: 'F32, scaled residual',
    shape: linearShape({ type: 'F32', columns: 64, rows: 6, bias: true, epilogue: 'add', scale: 0.22 }),
    tokens: 4,
  },
];

describe.each(devices)('matmul on $name', ({ device, variants }) => {
  // The kernel is the same for every kind of reduction.
  describe.each(variants.filter(({ reduction }) => reduction === 'workgroup'))('$real', (variant) => {
    test.each(cases)('$title', async ({ shape, tokens }) => {
      const { data, bindings } = linearCase(shape, tokens);
      const expected = matmulReference(shape, data, tokens);
      // A recorded grid may be made for more tokens than the step has.
      const extent = { tokens: tokens + 64, kvLength: tokens + 64 };
      const output = await runKernel(device, matmul, shape, variant, extent, bindings);
      const actual = new Float32Array(output['y']!);
      // A weight tile of f16 rounds each weight to 11 bits: 2e-8 to 6e-8 measured.
      expect(nmse(actual, expected)).toBeLessThanOrEqual(variant.real === 'f16' ? 1e-7 : 1e-10);
      for (const [i, value] of actual.entries()) if (expected[i] === data.y[i]) expect(value).toBe(data.y[i]);
    });
  });
});

test('refuses what only matvec does', () => {
  const variant = { real: 'f32', reduction: 'workgroup' } as const;
  const shape = linearShape({ type: 'F32', columns: 32, rows: 1 });
  expect(() => matmul.source({ ...shape, norm: { epsilon: 1e-5 } }, variant)).toThrow('norm');
  expect(() => matmul.source({ ...shape, lastTokenOnly: true }, variant)).toThrow('lastTokenOnly');
});
