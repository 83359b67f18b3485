import { expect, test } from 'vitest';
import { dequantizeMXFP4 } from './mxfp4.ref.ts';

test('MXFP4, three blocks by hand', () => {
  const bytes = new Uint8Array(51);
  bytes[0] = 128; // times 2
  bytes.set([0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe], 1); // every code
  bytes[17] = 120; // times 2⁻⁷
  bytes[33] = 0xf1; // the last byte: codes 1 and 15
  bytes[34] = 0; // times 2⁻¹²⁷
  bytes[35] = 0x07;
  const weights = dequantizeMXFP4(bytes, 96);
  expect([...weights.subarray(0, 8)]).toEqual([0, 2, 4, 8, 0, -2, -4, -8]);
  expect([...weights.subarray(16, 24)]).toEqual([1, 3, 6, 12, -1, -3, -6, -12]);
  expect([weights[47], weights[63]]).toEqual([2 ** -8, -6 * 2 ** -7]);
  expect(weights[64]).toBe(6 * 2 ** -127);
});
