import { expect, test } from 'vitest';
import { dequantizeQ6K } from './q6-k.ref.ts';

test('Q6_K, a block by hand', () => {
  const bytes = new Uint8Array(210);
  bytes[0] = 0x21; // low bits of the elements 0 and 64: 1 and 2
  bytes[127] = 0xf7; // of the elements 191 and 255: 7 and 15
  bytes[128] = 0b11_10_01_00; // upper bits of the elements 96, 64, 32 and 0
  bytes[191] = 0b00_01_10_11; // of the elements 255, 223, 191 and 159
  new Int8Array(bytes.buffer).set([1, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3, -4, -5, -6, -7, -8], 192);
  bytes.set([0x00, 0x38], 208); // d = 0.5
  const weights = dequantizeQ6K(bytes, 256);
  expect(weights[0]).toBe(0.5 * 1 * (1 - 32));
  expect(weights[16]).toBe(0.5 * 2 * (0 - 32));
  expect(weights[32]).toBe(0.5 * 3 * (16 - 32));
  expect(weights[64]).toBe(0.5 * 5 * (34 - 32));
  expect(weights[96]).toBe(0.5 * 7 * (48 - 32));
  expect(weights[159]).toBe(0.5 * -2 * (48 - 32));
  expect(weights[191]).toBe(0.5 * -4 * (39 - 32));
  expect(weights[223]).toBe(0.5 * -6 * (16 - 32));
  expect(weights[255]).toBe(0.5 * -8 * (15 - 32));
});
