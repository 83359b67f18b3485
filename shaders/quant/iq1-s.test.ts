import { expect, test } from 'vitest';
import { dequantizeIQ1S } from './iq1-s.ref.ts';

test('IQ1_S, a block by hand', () => {
  const bytes = new Uint8Array(50);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x3800, true); // d = 0.5
  bytes[2] = 300 - 256; // elements 0 to 7: the digits 1, 0, 1, 0, 1, 1, 1, 0
  view.setUint16(34, 0x8000 | (3 << 12) | 0b001, true); // delta −1/8, scale 3, its upper bits
  bytes[2 + 5] = 100; // elements 40 to 47: the digits 1, 1, 1, 1, 1, 1, 0, 0
  bytes[2 + 31] = 255; // elements 248 to 255, entry 2,047: all digits 2
  view.setUint16(34 + 14, (7 << 12) | (0b111 << 9), true); // delta 1/8, scale 7, its upper bits
  const weights = [...dequantizeIQ1S(bytes, 256)];
  expect(weights.slice(0, 8)).toEqual([0, -1, 0, -1, 0, 0, 0, -1].map((value) => 3.5 * (value - 0.125)));
  expect([weights[8], weights[31], weights[32]]).toEqual([3.5 * -1.125, 3.5 * -1.125, 0.5 * -0.875]);
  expect(weights.slice(40, 48)).toEqual([0, 0, 0, 0, 0, 0, -1, -1].map((value) => 0.5 * (value + 0.125)));
  expect([weights[224], weights[247]]).toEqual([7.5 * -0.875, 7.5 * -0.875]);
  expect(weights.slice(248)).toEqual(Array<number>(8).fill(7.5 * 1.125));
});
