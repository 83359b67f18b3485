import { describe, expect, test } from 'vitest';
import { linearCase, linearShape } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { matmulReference } from './matmul.ref.ts';
import { matmul } from './matmul.ts';
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';

const types = Object.keys(quantFormats) as QuantType[];
const devices = await testDevices();

const cases = [
  ...types.map((type) => ({ title: type, shape: linearShape({ type, columns: 256, rows: 67 }), tokens: 3 })),
  ...(['store', 'add', 'swiglu', 'gate'] as const).map((epilogue) => ({
    title: `epilogue ${epilogue}`,
    shape: linearShape({ type: 'Q4_0' as const, columns: 96, rows: 70, firstRow: 4, bias: true, epilogue }),
    tokens: 65,
  })),
  { title: 'one row, one token', shape: linearShape({ type: 'Q8_0', columns: 32, rows: 1 }), tokens: 1 },
  { title: 'columns of no whole block', shape: linearShape({ type: 'F16', columns: 172, rows: 6 }), tokens: 5 },
  { title: 'rows further apart', shape: linearShape({ type: 'F32', columns: 67, rows: 83, inputStride: 160 }), tokens: 4 },
];

describe.each(devices)('matmul on $name', ({ device, variants }) => {
  // The kernel is the same for every kind of reduction.
  describe.each(variants.filter(({ reduction }) => reduction === 'workgroup'))('$real', (variant) => {
    test.each(cases)('$title', async ({ shape, tokens }) => {
      const { data, bindings } = linearCase(shape, tokens);
      const expected = matmulReference(shape, data, tokens);
      const output = await runKernel(device, matmul, shape, variant, { tokens, kvLength: tokens }, bindings);
      const actual = new Float32Array(output['y']!);
      // A weight tile of f16 rounds each weight to 11 bits: 3e-8 measured.
      expect(nmse(actual, expected)).toBeLessThanOrEqual(1e-7);
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
