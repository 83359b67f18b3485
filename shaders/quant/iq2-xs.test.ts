import { expect, test } from 'vitest';
import { dequantizeIQ2XS } from './iq2-xs.ref.ts';

test('IQ2_XS, a block by hand', () => {
  const bytes = new Uint8Array(74);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x3800, true); // d = 0.5
  view.setUint16(2, 300 | (0b1 << 9), true); // elements 0 to 7: the digits 0, 1, 1, 0, 0, 1, 0, 1; 0 is negative, and so 7
  view.setUint16(64, 0xffff, true); // elements 248 to 255: all digits 2, all negative
  bytes[66] = 0x53; // scales 3 and 5
  bytes[73] = 0xf1; // scales 1 and 15
  const weights = [...dequantizeIQ2XS(bytes, 256)];
  expect(weights.slice(0, 8)).toEqual([-8, 25, 25, 8, 8, 25, 8, -25].map((value) => value * 0.4375));
  expect([weights[15], weights[16], weights[31], weights[32]]).toEqual([3.5, 5.5, 5.5, 0.5]);
  expect([weights[224], weights[239], weights[240]]).toEqual([1.5, 1.5, 15.5]);
  expect(weights.slice(248)).toEqual(Array<number>(8).fill(1.9375 * -43));
});
