import { expect, test } from 'vitest';
import { dequantizeQ40 } from './q4-0.ref.ts';

test('Q4_0, two blocks by hand', () => {
  const bytes = new Uint8Array(36);
  bytes.set([0x00, 0x38, 0xf0, 0x19], 0); // d = 0.5; byte 0: codes 0 and 15, byte 1: codes 9 and 1
  bytes.set([0x00, 0xc0], 18); // d = −2
  bytes[35] = 0x7e; // the last byte: codes 14 and 7
  const weights = dequantizeQ40(bytes, 64);
  expect([weights[0], weights[16]]).toEqual([-4, 3.5]);
  expect([weights[1], weights[17]]).toEqual([0.5, -3.5]);
  expect([weights[2], weights[18]]).toEqual([-4, -4]);
  expect([weights[47], weights[63]]).toEqual([-12, 2]);
  expect(weights[32]).toBe(16);
});
