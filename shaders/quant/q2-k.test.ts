import { expect, test } from 'vitest';
import { dequantizeQ2K } from './q2-k.ref.ts';

test('Q2_K, a block by hand', () => {
  const bytes = new Uint8Array(84);
  // Scales 1, 2, 3, … 15, 0 in the low nibbles, minima 15, 14, … 0 in the high ones.
  for (let h = 0; h < 16; h++) bytes[h] = ((h + 1) & 15) | ((15 - h) << 4);
  bytes[16] = 0b11_10_01_00; // the elements 96, 64, 32 and 0
  bytes[16 + 63] = 0b00_01_10_11; // the elements 255, 223, 191 and 159
  bytes.set([0x00, 0x40, 0x00, 0x38], 80); // d = 2, dmin = 0.5
  const weights = dequantizeQ2K(bytes, 256);
  expect([weights[0], weights[16]]).toEqual([-7.5, -7]);
  expect(weights[32]).toBe(2 * 3 * 1 - 6.5);
  expect(weights[64]).toBe(2 * 5 * 2 - 5.5);
  expect(weights[96]).toBe(2 * 7 * 3 - 4.5);
  expect(weights[159]).toBe(2 * 10 * 3 - 3);
  expect(weights[191]).toBe(2 * 12 * 2 - 2);
  expect(weights[223]).toBe(2 * 14 * 1 - 1);
  expect(weights[255]).toBe(0);
});
