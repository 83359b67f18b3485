import { expect, test } from 'vitest';
import { dequantizeQ5K } from './q5-k.ref.ts';

test('Q5_K, a block by hand', () => {
  const bytes = new Uint8Array(176);
  bytes.set([0x00, 0x3c, 0x00, 0x38], 0); // d = 1, dmin = 0.5
  // Scales 1, 2, 63, 4, then 33, 3, 5, 55; minima 5, 6, 7, 63, then 18, 4, 6, 56.
  bytes.set([0x81, 0x02, 0x3f, 0xc4, 0x45, 0x06, 0x07, 0xff, 0x21, 0x43, 0x65, 0x87], 4);
  bytes[16] = 0b0000_0010; // element 0: the upper bit of block 1
  bytes[16 + 16] = 0b0001_0000; // element 16: of block 4
  bytes[16 + 31] = 0b1100_0000; // element 31: of the blocks 6 and 7
  bytes[48] = 0xa3; // block 0 and block 1, element 0: codes 3 and 10
  bytes[48 + 80] = 0x2d; // block 4 and block 5, element 16: codes 13 and 2
  bytes[48 + 127] = 0xf1; // block 6 and block 7, element 31: codes 1 and 15
  const weights = dequantizeQ5K(bytes, 256);
  expect([weights[0], weights[1]]).toEqual([1 * 3 - 2.5, -2.5]);
  expect([weights[32], weights[33]]).toEqual([2 * 26 - 3, -3]);
  expect([weights[64], weights[96]]).toEqual([-3.5, -31.5]);
  expect([weights[128], weights[144]]).toEqual([-9, 33 * 29 - 9]);
  expect([weights[160], weights[176]]).toEqual([-2, 3 * 2 - 2]);
  expect([weights[192], weights[223]]).toEqual([-3, 5 * 17 - 3]);
  expect([weights[224], weights[255]]).toEqual([-28, 55 * 31 - 28]);
});
