import { expect, test } from 'vitest';
import { dequantizeIQ1M } from './iq1-m.ref.ts';

test('IQ1_M, a block by hand', () => {
  const bytes = new Uint8Array(56);
  const view = new DataView(bytes.buffer);
  bytes[0] = 300 - 256; // elements 0 to 7: the digits 1, 0, 1, 0, 1, 1, 1, 0
  bytes[1] = 100; // elements 8 to 15: the digits 1, 1, 1, 1, 1, 1, 0, 0
  bytes[32] = 0b0000_1001; // the first has an upper bit and delta −1/8, the second neither
  bytes[31] = 255; // elements 248 to 255, entry 2,047: all digits 2
  bytes[32 + 15] = 0b0111_1000; // its upper bits; the eight before have delta −1/8
  view.setUint16(48, 3 | (5 << 3), true); // scales 3 and 5 of elements 0 to 31
  view.setUint16(50, 6, true); // scale 6 of elements 64 to 79
  view.setUint16(52, 0x8000, true); // d = 0.5 is 0x3800: the nibbles 0, 0, 8 and 3
  view.setUint16(54, 0x3000 | (7 << 9), true); // scale 7 of elements 240 to 255
  const weights = [...dequantizeIQ1M(bytes, 256)];
  expect(weights.slice(0, 8)).toEqual([0, -1, 0, -1, 0, 0, 0, -1].map((value) => 3.5 * (value - 0.125)));
  expect(weights.slice(8, 16)).toEqual([0, 0, 0, 0, 0, 0, -1, -1].map((value) => 3.5 * (value + 0.125)));
  expect([weights[16], weights[31], weights[32]]).toEqual([5.5 * -0.875, 5.5 * -0.875, 0.5 * -0.875]);
  expect([weights[64], weights[79], weights[80]]).toEqual([6.5 * -0.875, 6.5 * -0.875, 0.5 * -0.875]);
  expect([weights[239], weights[240], weights[247]]).toEqual([0.5 * -0.875, 7.5 * -1.125, 7.5 * -1.125]);
  expect(weights.slice(248)).toEqual(Array<number>(8).fill(7.5 * 1.125));
});
