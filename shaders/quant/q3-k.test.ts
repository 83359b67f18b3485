import { expect, test } from 'vitest';
import { dequantizeQ3K } from './q3-k.ref.ts';

test('Q3_K, a block by hand', () => {
  const bytes = new Uint8Array(110);
  bytes[0] = 0b0000_0010; // the upper bit of element 32
  bytes[31] = 0b0100_0000; // of element 223
  bytes[32] = 0b11_10_01_00; // the elements 96, 64, 32 and 0
  bytes[32 + 63] = 0b00_01_10_11; // the elements 255, 223, 191 and 159
  // Low bits: 1, 2, … 8 for the scales 0–7, 15, 14, … 8 for the scales 8–15.
  for (let h = 0; h < 8; h++) bytes[96 + h] = (h + 1) | ((15 - h) << 4);
  // Upper bits, from the low end up: 0, 1, 2, 3 for the scales 0, 4, 8, 12; 3, 2, 1, 0 for 3, 7, 11, 15; 2 for 2 and 6.
  bytes.set([0b11_10_01_00, 0, 0b00_00_10_10, 0b00_01_10_11], 104);
  bytes.set([0x00, 0x38], 108); // d = 0.5
  const weights = dequantizeQ3K(bytes, 256);
  expect(weights[0]).toBe(0.5 * (1 - 32) * (0 - 4));
  expect(weights[32]).toBe(0.5 * (32 + 3 - 32) * (5 - 4));
  expect(weights[64]).toBe(0.5 * (16 + 5 - 32) * (2 - 4));
  expect(weights[96]).toBe(0.5 * (32 + 7 - 32) * (3 - 4));
  expect(weights[159]).toBe(0.5 * (14 - 32) * (3 - 4));
  expect(weights[191]).toBe(0.5 * (16 + 12 - 32) * (2 - 4));
  expect(weights[223]).toBe(0.5 * (10 - 32) * (5 - 4));
  expect(weights[255]).toBe(0.5 * (8 - 32) * (0 - 4));
});
