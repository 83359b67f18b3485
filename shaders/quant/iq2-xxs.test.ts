import { expect, test } from 'vitest';
import { dequantizeIQ2XXS } from './iq2-xxs.ref.ts';

test('IQ2_XXS, a block by hand', () => {
  const bytes = new Uint8Array(66);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x3800, true); // d = 0.5
  bytes[2] = 100; // elements 0 to 7: the digits 0, 1, 0, 0, 0, 2, 1, 0
  view.setUint32(6, (3 << 28) | 0b0100001, true); // elements 0 and 5 are negative: two, so element 7 is not
  bytes[61] = 255; // elements 248 to 255: the digits 0, 1, 0, 0, 1, 2, 2, 2
  view.setUint32(62, (15 << 28) | (0b1000000 << 21), true); // element 254 is negative, and so 255
  const weights = [...dequantizeIQ2XXS(bytes, 256)];
  expect(weights.slice(0, 8)).toEqual([-8, 25, 8, 8, 8, -43, 25, 8].map((value) => value * 0.4375));
  expect(weights.slice(24, 34)).toEqual([3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 0.5, 0.5]);
  expect(weights.slice(248)).toEqual([8, 25, 8, 8, 25, 43, -43, -43].map((value) => value * 1.9375));
});
