import { expect, test } from 'vitest';
import { dequantizeQ3G40 } from './q3-g40.ref.ts';

/** A block with these pairs and upper bits by place, and both scales' bits. */
function block(at: Readonly<Record<number, number>>, first: number, second: number): Uint8Array {
  const bytes = new Uint8Array(16);
  for (const [place, byte] of Object.entries(at)) bytes[Number(place)] = byte;
  new DataView(bytes.buffer).setUint16(12, first, true);
  new DataView(bytes.buffer).setUint16(14, second, true);
  return bytes;
}

const [HALF, TWO, SIGN] = [0x3800, 0x4000, 0x8000];

test('Q3_G40, codes by hand', () => {
  const bytes = block(
    {
      0: 0b11_10_01_00, // the elements 12, 8, 4 and 0
      3: 0b00_00_00_01, // of 15, 11, 7 and 3
      7: 0b01_00_00_10, // of 31, 27, 23 and 19
      8: 0b0000_1001, // upper bits of the elements 12 and 0
      11: 0b1000_0000, // of 31
    },
    HALF | SIGN,
    HALF | SIGN,
  );
  const weights = dequantizeQ3G40(bytes, 32);
  expect([0, 4, 8, 12].map((i) => 2 * weights[i]!)).toEqual([4 - 4, 1 - 4, 2 - 4, 7 - 4]);
  expect([3, 7, 19, 23, 31].map((i) => 2 * weights[i]!)).toEqual([1 - 4, 0 - 4, 2 - 4, 0 - 4, 5 - 4]);
});

test.each([
  [1, HALF, TWO],
  [2, HALF | SIGN, TWO],
  [3, HALF, TWO | SIGN],
  [4, HALF | SIGN, TWO | SIGN],
])('Q3_G40, the first scale for %i runs of eight', (runs, first, second) => {
  // Behind another block, all codes 0.
  const bytes = new Uint8Array([...block({}, TWO, TWO), ...block({}, first, second)]);
  const expected = Array.from({ length: 32 }, (_, i) => (i < 8 * runs ? 0.5 : 2) * -4);
  expect([...dequantizeQ3G40(bytes, 64).subarray(32)]).toEqual(expected);
});
