import { expect, test } from 'vitest';
import { dequantizeIQ3S } from './iq3-s.ref.ts';

test('IQ3_S, a block by hand', () => {
  const bytes = new Uint8Array(110);
  bytes.set([0x00, 0x38], 0); // d = 0.5
  bytes[2] = 100; // elements 0 to 3: the digits 0, 0, 7, 0
  bytes[2 + 8] = 300 - 256; // elements 32 to 35: the digits 1, 2, 1, 3
  bytes[66 + 1] = 0b1; // its ninth bit
  bytes[2 + 63] = 511 - 256; // elements 252 to 255: the digits 0, 0, 7, 7
  bytes[66 + 7] = 0b1000_0000; // its ninth bit
  bytes[74] = 0b101; // elements 0 and 2 are negative
  bytes[74 + 4] = 0b1; // element 32 is
  bytes[74 + 31] = 0b1100_0000; // elements 254 and 255 are
  bytes.set([0x53, 0x00, 0x00, 0xf0], 106); // scales 3, 5, 0, … 0, 15
  const weights = [...dequantizeIQ3S(bytes, 256)];
  expect(weights.slice(0, 5)).toEqual([0.5 * 7 * -1, 0.5 * 7 * 1, 0.5 * 7 * -15, 0.5 * 7 * 1, 0.5 * 7 * 1]);
  expect(weights.slice(32, 36)).toEqual([0.5 * 11 * -3, 0.5 * 11 * 5, 0.5 * 11 * 3, 0.5 * 11 * 7]);
  expect(weights[64]).toBe(0.5);
  expect(weights.slice(252)).toEqual([0.5 * 31 * 1, 0.5 * 31 * 1, 0.5 * 31 * -15, 0.5 * 31 * -15]);
});
