import { describe, expect, test } from 'vitest';
import { linearCase, linearShape } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { matvecReference } from './matvec.ref.ts';
import { matvec } from './matvec.ts';
import type { LinearShape } from './matvec.ts';
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';

const types = Object.keys(quantFormats) as QuantType[];
const devices = await testDevices();
const norm = { epsilon: 1e-5 };

interface Case {
  readonly title: string;
  readonly shape: LinearShape;
  readonly tokens: number;
}

const float = { type: 'F16' as const, columns: 172 };
const cases: Case[] = [
  ...types.flatMap((type) => [
    { title: `${type}`, shape: linearShape({ type, columns: 512, rows: 37 }), tokens: 1 },
    {
      title: `${type} with norm, bias and residual`,
      shape: linearShape({ type, columns: 256, rows: 6, firstRow: 3, norm, bias: true, epilogue: 'add' }),
      tokens: 2,
    },
    {
      title: `${type} by tiles of tokens`,
      shape: linearShape({ type, columns: 256, rows: 6, norm, bias: true, tokenTile: 4 }),
      tokens: 6,
    },
  ]),
  ...(['store', 'add', 'swiglu', 'gate'] as const).map((epilogue) => ({
    title: `epilogue ${epilogue}`,
    shape: linearShape({ type: 'Q4_0', columns: 96, rows: 10, firstRow: 4, bias: true, epilogue }),
    tokens: 3,
  })),
  {
    title: 'swiglu by tiles of tokens',
    shape: linearShape({ type: 'Q4_0', columns: 96, rows: 10, epilogue: 'swiglu', tokenTile: 4 }),
    tokens: 5,
  },
  {
    title: 'the last token only',
    shape: linearShape({ type: 'Q8_0', columns: 160, rows: 7, norm, lastTokenOnly: true, tokenTile: 4 }),
    tokens: 5,
  },
  { title: 'one row', shape: linearShape({ type: 'Q4_0', columns: 32, rows: 1 }), tokens: 1 },
  { title: 'rows that no group divides', shape: linearShape({ ...float, rows: 83 }), tokens: 1 },
  { title: 'F32 rows of no whole block', shape: linearShape({ type: 'F32', columns: 67, rows: 9, norm }), tokens: 1 },
  { title: 'BF16 rows of odd length', shape: linearShape({ type: 'BF16', columns: 77, rows: 5, norm }), tokens: 3 },
  { title: 'a long row', shape: linearShape({ type: 'Q4_0', columns: 4160, rows: 5, norm }), tokens: 1 },
  { title: 'rows further apart', shape: linearShape({ ...float, rows: 8, inputStride: 256 }), tokens: 3 },
];

describe.each(devices)('matvec on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    test.each(cases)('$title', async ({ shape, tokens }) => {
      const { data, bindings } = linearCase(shape, tokens);
      const expected = matvecReference(shape, data, tokens);
      const output = await runKernel(device, matvec, shape, variant, { tokens, kvLength: tokens }, bindings);
      const actual = new Float32Array(output['y']!);
      expect(nmse(actual, expected)).toBeLessThanOrEqual(1e-7);
      // Nothing but the shard's own outputs changes.
      const kept = expected.map((value, i) => (value === data.y[i] ? 1 : 0));
      for (const [i, value] of actual.entries()) if (kept[i]) expect(value).toBe(data.y[i]);
    });
  });
});

test('the grid covers every row and token', () => {
  const shape = linearShape({ type: 'Q4_0', columns: 64, rows: 1_000_001, tokenTile: 4 });
  const extent = { tokens: 20, kvLength: 20 };
  const [x, y, z] = matvec.workgroups(shape, { real: 'f32', reduction: 'workgroup' }, extent);
  expect(x * y * 4).toBeGreaterThanOrEqual(1_000_001);
  expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
  expect(z).toBe(5);
});
