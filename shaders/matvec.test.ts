import { describe, expect, test } from 'vitest';
import { linearCase, linearShape } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import type { Variant } from './kernel.ts';
import { matvecReference } from './matvec.ref.ts';
import { matvec } from './matvec.ts';
import type { LinearShape } from './matvec.ts';
import { QUANT_TYPES } from './quant/types.ts';

const devices = await testDevices();
const norm = { epsilon: 1e-5 };

// Every type, epilogue and number of lanes, at sizes that no block, group or tile divides.
const cases = [
  { title: 'one row', shape: linearShape({ type: 'Q4_0', columns: 32, rows: 1 }), tokens: 1 },
  { title: 'F32, 67 columns', shape: linearShape({ type: 'F32', columns: 67, rows: 9, norm, bias: true }), tokens: 1 },
  {
    title: 'F16, 83 rows, residual, rows further apart',
    shape: linearShape({ type: 'F16', columns: 172, rows: 83, inputStride: 256, bias: true, epilogue: 'add' }),
    tokens: 3,
  },
  {
    title: 'BF16, 77 columns, gated',
    shape: linearShape({ type: 'BF16', columns: 77, rows: 5, norm, epilogue: 'gate' }),
    tokens: 3,
  },
  {
    title: 'Q4_0, glu, a shard in the middle',
    shape: linearShape({ type: 'Q4_0', columns: 96, rows: 10, firstRow: 4, norm, bias: true, epilogue: 'glu' }),
    tokens: 2,
  },
  { title: 'Q4_0, a long row', shape: linearShape({ type: 'Q4_0', columns: 4160, rows: 5, norm }), tokens: 1 },
  {
    title: 'Q8_0, the last token only',
    shape: linearShape({ type: 'Q8_0', columns: 160, rows: 7, norm, lastTokenOnly: true, tokenTile: 3 }),
    tokens: 5,
  },
  {
    title: 'Q4_K, norm, bias, residual, a shard in the middle',
    shape: linearShape({ type: 'Q4_K', columns: 768, rows: 37, firstRow: 3, norm, bias: true, epilogue: 'add' }),
    tokens: 2,
  },
  { title: 'Q6_K, gated', shape: linearShape({ type: 'Q6_K', columns: 512, rows: 6, epilogue: 'gate' }), tokens: 1 },
  {
    title: 'F32, GELU of gate',
    shape: linearShape({ type: 'F32', columns: 96, rows: 14, norm, epilogue: 'glu', activation: 'gelu' }),
    tokens: 2,
  },
  {
    title: 'F32, GELU alone',
    shape: linearShape({ type: 'F32', columns: 64, rows: 7, bias: true, epilogue: 'activate', activation: 'gelu' }),
    tokens: 2,
  },
  {
    title: 'F32, scaled residual',
    shape: linearShape({ type: 'F32', columns: 64, rows: 6, bias: true, epilogue: 'add', scale: 0.22 }),
    tokens: 2,
  },
  {
    title: 'F32, scaled and soft-capped',
    shape: linearShape({ type: 'F32', columns: 64, rows: 9, bias: true, scale: 8, softcap: 5 }),
    tokens: 1,
  },
];
const tiled = [
  {
    title: 'Q4_0, glu, norm and bias',
    shape: linearShape({ type: 'Q4_0', columns: 96, rows: 10, norm, bias: true, epilogue: 'glu', tokenTile: 3 }),
    tokens: 5,
  },
];
// What differs between types is the same for every kind of reduction; so the quickest runs all of them.
const types = QUANT_TYPES.map((type, i) => ({
  title: type,
  shape: linearShape({ type, columns: 768, rows: 6 + i, norm, bias: true }),
  tokens: 1 + (i % 2),
}));
const tiledTypes = QUANT_TYPES.map((type, i) => ({
  title: type,
  shape: linearShape({ type, columns: 256, rows: 6 + i, bias: true, epilogue: 'add', tokenTile: 8 }),
  tokens: 4 + 2 * i,
}));

describe.each(devices)('matvec on $name', ({ device, variants }) => {
  async function expectParity(variant: Variant, shape: LinearShape, tokens: number): Promise<void> {
    const { data, bindings } = linearCase(shape, tokens);
    const expected = matvecReference(shape, data, tokens);
    // A recorded grid may be made for more tokens than the step has.
    const extent = { tokens: tokens + 20, kvLength: tokens + 20 };
    const output = await runKernel(device, matvec, shape, variant, extent, bindings);
    const actual = new Float32Array(output['y']!);
    expect(nmse(actual, expected)).toBeLessThanOrEqual(1e-10);
    // Nothing but the shard's own outputs changes.
    for (const [i, value] of actual.entries()) if (expected[i] === data.y[i]) expect(value).toBe(data.y[i]);
  }

  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    const quickest = variant.reduction === 'thread';
    test.each(quickest ? [...cases, ...types] : cases)('$title', ({ shape, tokens }) =>
      expectParity(variant, shape, tokens),
    );
    const tiles = quickest ? [...tiled, ...tiledTypes] : tiled;
    test.each(tiles)('tokens at once: $title', ({ shape, tokens }) => expectParity(variant, shape, tokens));
  });
});

test.each(['thread', 'workgroup', 'subgroup'] as const)('%s is one module for f32 and f16', (reduction) => {
  const shape = linearShape({ type: 'Q4_0', columns: 32, rows: 1 });
  expect(matvec.source(shape, { real: 'f16', reduction })).toBe(matvec.source(shape, { real: 'f32', reduction }));
});

test('the reference: GELU, a scale and a soft cap, by hand', () => {
  const run = (shape: Partial<LinearShape>, y = 0): number => {
    const full = linearShape({ type: 'F32', columns: 1, rows: 1, ...shape }, 0);
    return matvecReference(full, { weights: [2], x: [0.5], normWeight: [], bias: [], y: [y] }, 1)[0]!;
  };
  // GELU(1) by its tanh form; the exact one is 0.8413.
  expect(run({ epilogue: 'activate', activation: 'gelu' })).toBeCloseTo(0.841192, 6);
  expect(run({ epilogue: 'add', scale: 3 }, 10)).toBe(13);
  expect(run({ scale: 3, softcap: 2 })).toBeCloseTo(2 * Math.tanh(1.5), 12);
});

test('the grid covers every row and token', () => {
  const shape = linearShape({ type: 'Q4_0', columns: 64, rows: 1_000_001, tokenTile: 3 });
  const extent = { tokens: 20, kvLength: 20 };
  const [x, y, z] = matvec.workgroups(shape, { real: 'f32', reduction: 'workgroup' }, extent);
  expect(x * y * 4).toBeGreaterThanOrEqual(1_000_001);
  expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
  expect(z).toBe(7);
});
