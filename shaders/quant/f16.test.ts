import { expect, test } from 'vitest';
import { dequantizeF16 } from './f16.ref.ts';

test('F16 weights are little-endian binary16', () => {
  // 1, −2, the largest number, the smallest subnormal, −0, infinity
  const bytes = Uint8Array.of(0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x80, 0x00, 0x7c);
  expect([...dequantizeF16(bytes, 6)]).toEqual([1, -2, 65504, 2 ** -24, -0, Infinity]);
  expect([...dequantizeF16(Uint8Array.of(0x01, 0x7c), 1)]).toEqual([NaN]);
});
