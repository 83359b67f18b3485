import { expect, test } from 'vitest';
import { GGUF_QUANT_TYPES, isQuantType, QUANT_TYPES, quantFormats } from './format.ts';

test.each([
  ['F32', 67, 268, { quantBytes: 3 * 3 * 128, scaleBytes: 16 }],
  ['F16', 67, 134, { quantBytes: 3 * 3 * 64, scaleBytes: 16 }],
  ['BF16', 64, 128, { quantBytes: 3 * 2 * 64, scaleBytes: 16 }],
  ['Q4_0', 96, 54, { quantBytes: 3 * 3 * 16, scaleBytes: 32 }],
  ['Q4_1', 96, 60, { quantBytes: 3 * 3 * 16, scaleBytes: 48 }],
  ['Q5_0', 96, 66, { quantBytes: 3 * 3 * 16, scaleBytes: 64 }],
  ['Q5_1', 96, 72, { quantBytes: 3 * 3 * 16, scaleBytes: 80 }],
  ['Q8_0', 96, 102, { quantBytes: 3 * 3 * 32, scaleBytes: 32 }],
  ['Q2_K', 512, 168, { quantBytes: 3 * 16 * 8, scaleBytes: 128 }],
  ['Q3_K', 512, 220, { quantBytes: 3 * 16 * 8, scaleBytes: 288 }],
  ['Q4_K', 512, 288, { quantBytes: 3 * 16 * 16, scaleBytes: 96 }],
  ['Q5_K', 512, 352, { quantBytes: 3 * 16 * 16, scaleBytes: 288 }],
  ['Q6_K', 512, 420, { quantBytes: 3 * 16 * 16, scaleBytes: 512 }],
  ['IQ4_NL', 96, 54, { quantBytes: 3 * 3 * 16, scaleBytes: 32 }],
  ['IQ4_XS', 512, 272, { quantBytes: 3 * 16 * 16, scaleBytes: 48 }],
  ['MXFP4', 96, 51, { quantBytes: 3 * 3 * 16, scaleBytes: 16 }],
  ['TQ1_0', 512, 108, { quantBytes: 3 * 16 * 8, scaleBytes: 16 }],
  ['TQ2_0', 512, 132, { quantBytes: 3 * 16 * 8, scaleBytes: 16 }],
  ['Q4_F32', 96, 60, { quantBytes: 3 * 3 * 16, scaleBytes: 48 }],
] as const)('%s: sizes of three rows of %i columns', (type, columns, rowBytes, planes) => {
  expect(quantFormats[type].fileRowBytes(columns)).toBe(rowBytes);
  expect(quantFormats[type].planes(3, columns)).toEqual(planes);
});

test.each(QUANT_TYPES)('%s: planes take the bytes of the file, to within 2 %%', (type) => {
  const { quantBytes, scaleBytes } = quantFormats[type].planes(64, 4096);
  const fileBytes = 64 * quantFormats[type].fileRowBytes(4096);
  expect(quantBytes + scaleBytes).toBeGreaterThanOrEqual(fileBytes);
  // Five ternary weights a byte are laid out as four.
  expect(quantBytes + scaleBytes).toBeLessThan(fileBytes * (type === 'TQ1_0' ? 1.23 : 1.02));
});

test('refuses columns that a block does not divide', () => {
  expect(() => quantFormats.Q4_K.planes(1, 128)).toThrow('multiple of 256');
  expect(() => quantFormats.Q4_0.fileRowBytes(48)).toThrow('multiple of 32');
  expect(() => quantFormats.F32.fileRowBytes(0)).toThrow('not 0');
});

test('knows its types by their names, all but one of which are of GGUF', () => {
  expect(isQuantType('Q4_K')).toBe(true);
  expect(isQuantType('Q8_K')).toBe(false);
  expect(isQuantType('toString')).toBe(false);
  expect(QUANT_TYPES.filter((type) => !(GGUF_QUANT_TYPES as readonly string[]).includes(type))).toEqual(['Q4_F32']);
});
