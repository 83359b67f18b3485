import { expect, test } from 'vitest';
import { dequantizeQ4F32 } from './q4-f32.ref.ts';

test('Q4_F32, two blocks by hand', () => {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, 0.5, true);
  bytes.set([0x80, 0xf7], 4); // codes 0 and 8, then 7 and 15
  view.setFloat32(20, -(2 ** -60), true); // far below what f16 holds
  bytes[39] = 0x19; // the last byte: codes 9 and 1
  const weights = dequantizeQ4F32(bytes, 64);
  expect([weights[0], weights[16]]).toEqual([-4, 0]);
  expect([weights[1], weights[17]]).toEqual([-0.5, 3.5]);
  expect([weights[47], weights[63]]).toEqual([-(2 ** -60), 7 * 2 ** -60]);
  expect(weights[32]).toBe(2 ** -57);
});
