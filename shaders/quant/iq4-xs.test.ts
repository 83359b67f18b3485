import { expect, test } from 'vitest';
import { dequantizeIQ4XS } from './iq4-xs.ref.ts';

test('IQ4_XS, a block by hand', () => {
  const bytes = new Uint8Array(136);
  bytes.set([0x00, 0x38], 0); // d = 0.5
  bytes.set([0b11_10_01_00, 0b00_01_10_11], 2); // upper bits 0, 1, 2, 3, then 3, 2, 1, 0
  bytes.set([0x21, 0x43, 0x65, 0x87], 4); // lower bits 1, 2, … 8
  bytes[8] = 0xf8; // elements 0 and 16: codes 8 and 15
  bytes[8 + 16] = 0x10; // elements 32 and 48: codes 0 and 1
  bytes[8 + 127] = 0x79; // elements 239 and 255: codes 9 and 7
  const weights = dequantizeIQ4XS(bytes, 256);
  expect([weights[0], weights[16]]).toEqual([0.5 * -31 * 1, 0.5 * -31 * 113]);
  expect([weights[32], weights[48]]).toEqual([0.5 * -14 * -127, 0.5 * -14 * -104]);
  expect([weights[64], weights[96], weights[128]]).toEqual([0.5 * 3 * -127, 0.5 * 20 * -127, 0.5 * 21 * -127]);
  expect([weights[160], weights[192]]).toEqual([0.5 * 6 * -127, 0.5 * -9 * -127]);
  expect([weights[239], weights[255]]).toEqual([0.5 * -24 * 13, 0.5 * -24 * -10]);
});
