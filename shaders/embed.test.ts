import { describe, expect, test } from 'vitest';
import { randomBits, randomWeights } from '../tools/testing/random-weights.ts';
import { runKernel, seededRandom, testDevices } from '../tools/testing/run-kernel.ts';
import { embedReference } from './embed.ref.ts';
import { embed, type EmbedShape } from './embed.ts';
import { rowStride } from './kernel.ts';
import { QUANT_TYPES, quantFormats } from './quant/format.ts';
import { emptyPlanes, repackReference } from './repack.ref.ts';

const devices = await testDevices();
const cases = [
  ...QUANT_TYPES.map((type) => ({ type, dim: 512, rows: 9, firstRow: 0 })),
  { type: 'Q4_0', dim: 96, rows: 9, firstRow: 0 },
  { type: 'Q5_0', dim: 96, rows: 9, firstRow: 0 },
  { type: 'Q8_0', dim: 32, rows: 4, firstRow: 3 },
  { type: 'MXFP4', dim: 160, rows: 9, firstRow: 0 },
  { type: 'F32', dim: 67, rows: 9, firstRow: 0 },
  { type: 'F16', dim: 77, rows: 9, firstRow: 0 },
  { type: 'BF16', dim: 172, rows: 4, firstRow: 5 },
  { type: 'F32', dim: 67, rows: 9, firstRow: 0, scale: 8 },
  { type: 'F32', dim: 40, rows: 4, firstRow: 3, row: 'position' },
  { type: 'F16', dim: 40, rows: 2, firstRow: 0, row: 'first' },
] satisfies readonly EmbedShape[];

function titleOf({ type, dim, rows, firstRow, scale = 1, row = 'token' }: EmbedShape): string {
  return `${type}, ${rows} rows of ${dim} from ${firstRow}, × ${scale}, by ${row}`;
}

describe.each(devices)('embed on $name', ({ device, variants }) => {
  // One module for every variant.
  const variant = variants[0]!;
  test.each(cases.map((shape) => [titleOf(shape), shape] as const))('%s', async (_, shape) => {
    const { type, dim, rows } = shape;
    const stride = rowStride(dim);
    const bytes = randomWeights(type, [rows, dim], 0.5, randomBits(dim));
    const planes = emptyPlanes(type, rows, dim);
    repackReference(
      { type, columns: dim, planeRows: rows },
      bytes,
      { rows, firstRow: 0, rowStep: 1, rowOffset: 0 },
      planes,
    );
    const position = 2;
    const ids = Uint32Array.of(8, 0, 5, 6, 3, 8);
    const tokens = Uint32Array.of(7, 7, ...ids, 7);
    const random = seededRandom(dim);
    const x = Float32Array.from({ length: ids.length * stride }, (_, i) => (i % stride < dim ? random() : 0));
    const expected = x.slice();
    embedReference(shape, quantFormats[type].dequantize(bytes, rows * dim), ids, stride, expected, position);
    const step = Uint32Array.of(position, ids.length, 0, 0);
    const extent = { tokens: ids.length, kvLength: position + ids.length };
    const output = await runKernel(device, embed, shape, variant, extent, { ...planes, tokens, x, step });
    // Equal to the last bit: dequantisation rounds once at most.
    expect(new Float32Array(output['x']!)).toEqual(expected);
  });
});
