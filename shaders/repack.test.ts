import { describe, expect, test } from 'vitest';
import { randomBits, randomWeights } from '../tools/testing/random-weights.ts';
import { runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { QUANT_TYPES, quantFormats } from './quant/format.ts';
import { emptyPlanes, repackReference } from './repack.ref.ts';
import type { Slice } from './repack.ref.ts';
import { repack } from './repack.ts';

const devices = await testDevices();
const cases = [
  ...QUANT_TYPES.map((type) => ({ type, columns: 768, planeRows: 5 })),
  // Odd numbers of blocks leave half a word of scales; odd numbers of columns, half a word of weights.
  { type: 'Q4_0', columns: 96, planeRows: 5 },
  { type: 'Q5_0', columns: 96, planeRows: 5 },
  { type: 'Q8_0', columns: 32, planeRows: 5 },
  { type: 'MXFP4', columns: 160, planeRows: 5 },
  { type: 'F32', columns: 67, planeRows: 5 },
  { type: 'F16', columns: 77, planeRows: 5 },
  { type: 'BF16', columns: 172, planeRows: 5 },
] as const;

/** Bytes as words, with as many zeros as the last word lacks. */
function words(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return new Uint32Array(padded.buffer);
}

describe.each(devices)('repack on $name', ({ device, variants }) => {
  test.each(cases)('$type, $planeRows rows of $columns', async (shape) => {
    const { type, columns, planeRows } = shape;
    const bytes = randomWeights(type, [planeRows, columns], 1, randomBits(columns));
    const rowBytes = quantFormats[type].fileRowBytes(columns);
    const expected = emptyPlanes(type, planeRows, columns);
    let actual = emptyPlanes(type, planeRows, columns);
    // Two slices, as a load does it; the second says one row more than there is room for.
    const split = 3;
    const parts: [Uint8Array, Slice][] = [
      [bytes.subarray(0, split * rowBytes), { rows: split, firstRow: 0, rowStep: 1, rowOffset: 0 }],
      [
        new Uint8Array([...bytes.subarray(split * rowBytes), ...bytes.subarray(0, rowBytes)]),
        { rows: planeRows - split + 1, firstRow: split, rowStep: 1, rowOffset: 0 },
      ],
    ];
    for (const [raw, slice] of parts) {
      repackReference(shape, raw, slice, expected);
      const output = await runKernel(
        device,
        repack,
        shape,
        variants[0]!,
        { tokens: slice.rows, kvLength: 0 },
        {
          raw: words(raw),
          ...actual,
          slice: Uint32Array.of(slice.rows, slice.firstRow, slice.rowStep, slice.rowOffset),
          table: quantFormats[type].table,
        },
      );
      actual = { quants: new Uint32Array(output['quants']!), scales: new Uint32Array(output['scales']!) };
    }
    expect(actual).toEqual(expected);
  });

  test.each(['Q4_0', 'Q4_K', 'F16'] as const)('%s, two tensors interleaved', async (type) => {
    const shape = { type, columns: 256, planeRows: 6 };
    const expected = emptyPlanes(type, 6, 256);
    let actual = emptyPlanes(type, 6, 256);
    for (const rowOffset of [0, 1]) {
      const raw = randomWeights(type, [3, 256], 1, randomBits(rowOffset));
      const slice = { rows: 3, firstRow: 0, rowStep: 2, rowOffset };
      repackReference(shape, raw, slice, expected);
      const output = await runKernel(
        device,
        repack,
        shape,
        variants[0]!,
        { tokens: 3, kvLength: 0 },
        { raw: words(raw), ...actual, slice: Uint32Array.of(3, 0, 2, rowOffset), table: quantFormats[type].table },
      );
      actual = { quants: new Uint32Array(output['quants']!), scales: new Uint32Array(output['scales']!) };
    }
    expect(actual).toEqual(expected);
  });
});
