import { expect, test } from 'vitest';
import { dequantizeIQ2S } from './iq2-s.ref.ts';

test('IQ2_S, a block by hand', () => {
  const bytes = new Uint8Array(82);
  bytes.set([0x00, 0x38], 0); // d = 0.5
  bytes[2] = 300 - 256; // elements 0 to 7: the digits 0, 1, 2, 1, 0, 1, 1, 0
  bytes[66] = 0b01; // its upper bits
  bytes[2 + 5] = 0; // elements 40 to 47, entry 512: the digits 1, 1, 2, 0, 1, 0, 0, 1
  bytes[66 + 1] = 0b1000; // its upper bits
  bytes[2 + 31] = 255; // elements 248 to 255, entry 1,023: all digits 2
  bytes[66 + 7] = 0b1100_0000; // its upper bits
  bytes[34] = 0b1000_0001; // elements 0 and 7 are negative
  bytes[34 + 31] = 0b10; // element 249 is
  bytes[74] = 0x53; // scales 3 and 5
  bytes[74 + 7] = 0xf1; // scales 1 and 15
  const weights = [...dequantizeIQ2S(bytes, 256)];
  expect(weights.slice(0, 8)).toEqual([-8, 25, 43, 25, 8, 25, 25, -8].map((value) => value * 0.4375));
  expect([weights[15], weights[16], weights[31], weights[32]]).toEqual([3.5, 5.5, 5.5, 0.5]);
  expect(weights.slice(40, 48)).toEqual([25, 25, 43, 8, 25, 8, 8, 25].map((value) => value * 0.0625));
  expect([weights[224], weights[239], weights[240]]).toEqual([1.5, 1.5, 15.5]);
  expect(weights.slice(248)).toEqual([43, -43, 43, 43, 43, 43, 43, 43].map((value) => value * 1.9375));
});
