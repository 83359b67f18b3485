import { expect, test } from 'vitest';
import { dequantizeF32 } from './f32.ref.ts';

test('F32 weights are little-endian f32', () => {
  const bytes = Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc1);
  expect([...dequantizeF32(bytes, 2)]).toEqual([1, -10]);
});

test('starts at its view, not at the buffer', () => {
  const bytes = Uint8Array.of(9, 9, 0, 0, 0x80, 0x3f).subarray(2);
  expect([...dequantizeF32(bytes, 1)]).toEqual([1]);
});
