import { expect, test } from 'vitest';
import { dequantizeQ80 } from './q8-0.ref.ts';

test('Q8_0, two blocks by hand', () => {
  const bytes = new Uint8Array(68);
  bytes.set([0x00, 0x38, 0x7f, 0x80, 0xff], 0); // d = 0.5; 127, −128, −1
  bytes.set([0x00, 0xc0], 34); // d = −2
  bytes[67] = 3;
  const weights = dequantizeQ80(bytes, 64);
  expect([...weights.subarray(0, 4)]).toEqual([63.5, -64, -0.5, 0]);
  expect(weights[63]).toBe(-6);
});
