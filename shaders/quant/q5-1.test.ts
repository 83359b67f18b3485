import { expect, test } from 'vitest';
import { dequantizeQ51 } from './q5-1.ref.ts';

test('Q5_1, two blocks by hand', () => {
  const bytes = new Uint8Array(48);
  bytes.set([0x00, 0x38, 0x00, 0xc8], 0); // d = 0.5, m = −8
  bytes.set([0x01, 0x00, 0x02, 0x00], 4); // upper bits of the elements 0 and 17
  bytes.set([0xf0, 0x19], 8); // codes 0 and 15, then 9 and 1, without their upper bits
  bytes.set([0x00, 0xc0, 0x00, 0x3c], 24); // d = −2, m = 1
  bytes.set([0x00, 0x80, 0x00, 0x80], 28); // upper bits of the elements 15 and 31
  bytes[47] = 0x7e; // codes 14 and 7
  const weights = dequantizeQ51(bytes, 64);
  expect([weights[0], weights[16]]).toEqual([0, -0.5]);
  expect([weights[1], weights[17]]).toEqual([-3.5, 0.5]);
  expect(weights[2]).toBe(-8);
  expect([weights[47], weights[63]]).toEqual([-59, -45]);
  expect(weights[32]).toBe(1);
});
