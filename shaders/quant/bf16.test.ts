import { expect, test } from 'vitest';
import { dequantizeBf16 } from './bf16.ref.ts';

test('BF16 weights are the upper halves of f32', () => {
  // 1, −10, and 2¹²⁰, which no f16 holds
  const bytes = Uint8Array.of(0x80, 0x3f, 0x20, 0xc1, 0x80, 0x7b);
  expect([...dequantizeBf16(bytes, 3)]).toEqual([1, -10, 2 ** 120]);
});
