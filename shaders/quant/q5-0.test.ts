import { expect, test } from 'vitest';
import { dequantizeQ50 } from './q5-0.ref.ts';

test('Q5_0, two blocks by hand', () => {
  const bytes = new Uint8Array(44);
  bytes.set([0x00, 0x38], 0); // d = 0.5
  bytes.set([0x01, 0x00, 0x02, 0x00], 2); // upper bits of the elements 0 and 17
  bytes.set([0xf0, 0x19], 6); // codes 0 and 15, then 9 and 1, without their upper bits
  bytes.set([0x00, 0xc0], 22); // d = −2
  bytes.set([0x00, 0x80, 0x00, 0x80], 24); // upper bits of the elements 15 and 31
  bytes[43] = 0x7e; // codes 14 and 7
  const weights = dequantizeQ50(bytes, 64);
  expect([weights[0], weights[16]]).toEqual([0, -0.5]);
  expect([weights[1], weights[17]]).toEqual([-3.5, 0.5]);
  expect(weights[2]).toBe(-8);
  expect([weights[47], weights[63]]).toEqual([-28, -14]);
  expect(weights[32]).toBe(32);
});
