import { expect, test } from 'vitest';
import { dequantizeIQ4NL } from './iq4-nl.ref.ts';

test('IQ4_NL, two blocks by hand', () => {
  const bytes = new Uint8Array(36);
  bytes.set([0x00, 0x38, 0x80, 0xf7], 0); // d = 0.5; byte 0: codes 0 and 8, byte 1: codes 7 and 15
  bytes.set([0x00, 0xc0], 18); // d = −2
  bytes[35] = 0x19; // the last byte: codes 9 and 1
  const weights = dequantizeIQ4NL(bytes, 64);
  expect([weights[0], weights[16]]).toEqual([-63.5, 0.5]);
  expect([weights[1], weights[17]]).toEqual([-5, 56.5]);
  expect([weights[47], weights[63]]).toEqual([-26, 208]);
  expect(weights[32]).toBe(254);
});
