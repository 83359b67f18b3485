import { expect, test } from 'vitest';
import { dequantizeQ41 } from './q4-1.ref.ts';

test('Q4_1, two blocks by hand', () => {
  const bytes = new Uint8Array(40);
  bytes.set([0x00, 0x38, 0x00, 0xc4, 0xf0, 0x19], 0); // d = 0.5, m = −4; codes 0 and 15, then 9 and 1
  bytes.set([0x00, 0xc0, 0x00, 0x3c], 20); // d = −2, m = 1
  bytes[39] = 0x7e; // the last byte: codes 14 and 7
  const weights = dequantizeQ41(bytes, 64);
  expect([weights[0], weights[16]]).toEqual([-4, 3.5]);
  expect([weights[1], weights[17]]).toEqual([0.5, -3.5]);
  expect([weights[47], weights[63]]).toEqual([-27, -13]);
  expect(weights[32]).toBe(1);
});
