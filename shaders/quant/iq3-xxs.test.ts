import { expect, test } from 'vitest';
import { dequantizeIQ3XXS } from './iq3-xxs.ref.ts';

test('IQ3_XXS, a block by hand', () => {
  const bytes = new Uint8Array(98);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x3800, true); // d = 0.5
  bytes[2] = 100; // elements 0 to 3: the digits 3, 1, 0, 2
  bytes[2 + 9] = 1; // elements 36 to 39: the digits 2, 0, 0, 0
  bytes[2 + 63] = 255; // elements 252 to 255: the digits 0, 3, 6, 7
  view.setUint32(66, (3 << 28) | 0b101, true); // elements 0 and 2 are negative: two, so element 7 is not
  view.setUint32(66 + 28, (15 << 28) | (0b1000000 << 21), true); // element 254 is negative, and so 255
  const weights = [...dequantizeIQ3XXS(bytes, 256)];
  expect(weights.slice(0, 4)).toEqual([0.875 * -28, 0.875 * 12, 0.875 * -4, 0.875 * 20]);
  expect(weights.slice(4, 8)).toEqual([3.5, 3.5, 3.5, 3.5]);
  expect(weights.slice(36, 40)).toEqual([0.125 * 20, 0.125 * 4, 0.125 * 4, 0.125 * 4]);
  expect(weights.slice(252)).toEqual([3.875 * 4, 3.875 * 28, 3.875 * -52, 3.875 * -62]);
});
