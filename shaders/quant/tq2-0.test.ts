import { expect, test } from 'vitest';
import { dequantizeTQ20 } from './tq2-0.ref.ts';

test('TQ2_0, two blocks by hand', () => {
  const bytes = new Uint8Array(132);
  bytes[0] = 0b11_10_01_00; // the elements 96, 64, 32 and 0
  bytes[63] = 0b00_01_10_11; // the elements 255, 223, 191 and 159
  bytes.set([0x00, 0x38], 64); // d = 0.5
  bytes[66 + 32] = 0b00_00_00_10; // element 128 of the second block
  bytes.set([0x00, 0xc0], 66 + 64); // d = −2
  const weights = dequantizeTQ20(bytes, 512);
  expect([weights[0], weights[32], weights[64], weights[96]]).toEqual([-0.5, 0, 0.5, 1]);
  expect([weights[159], weights[191], weights[223], weights[255]]).toEqual([1, 0.5, 0, -0.5]);
  expect([weights[256], weights[256 + 128]]).toEqual([2, -2]);
});
