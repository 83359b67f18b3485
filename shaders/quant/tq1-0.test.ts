import { expect, test } from 'vitest';
import { dequantizeTQ10 } from './tq1-0.ref.ts';

/** The byte of five ternary digits, the first on top, as ggml rounds it: ⌈256 · 0.digits⌉ in base three. */
function digits(...codes: number[]): number {
  return Math.ceil((codes.reduce((sum, code) => sum * 3 + code, 0) * 256) / 3 ** codes.length);
}

test('TQ1_0, two blocks by hand', () => {
  const bytes = new Uint8Array(108);
  bytes[0] = digits(0, 1, 2, 2, 0); // the elements 0, 32, 64, 96 and 128
  bytes[31] = digits(2, 2, 2, 2, 2); // 31, 63, 95, 127 and 159
  bytes[32] = digits(1, 0, 2, 1, 2); // 160, 176, 192, 208 and 224
  bytes[51] = digits(0, 1, 2, 1, 0); // 243, 247, 251 and 255
  bytes.set([0x00, 0x38], 52); // d = 0.5
  bytes[54 + 47] = digits(2, 0, 1, 0, 2); // 175, 191, 207, 223 and 239 of the second block
  bytes.set([0x00, 0xc0], 54 + 52); // d = −2
  expect([digits(2, 2, 2, 2, 2), digits(0, 1, 2, 2, 0)]).toEqual([255, 54]);
  const weights = dequantizeTQ10(bytes, 512);
  const at = (...elements: number[]): number[] => elements.map((element) => weights[element]!);
  expect(at(0, 32, 64, 96, 128)).toEqual([-0.5, 0, 0.5, 0.5, -0.5]);
  expect(at(31, 63, 95, 127, 159)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  expect(at(160, 176, 192, 208, 224)).toEqual([0, -0.5, 0.5, 0, 0.5]);
  expect(at(243, 247, 251, 255)).toEqual([-0.5, 0, 0.5, 0]);
  expect(at(256 + 175, 256 + 191, 256 + 207, 256 + 223, 256 + 239)).toEqual([-2, 2, -0, 2, -2]);
  expect(at(1, 240, 256)).toEqual([-0.5, -0.5, 2]);
});
