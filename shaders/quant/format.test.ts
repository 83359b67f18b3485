import { expect, test } from 'vitest';
import { GGUF_QUANT_TYPES, isQuantType, QUANT_TYPES, quantFormats, type QuantType } from './format.ts';

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
  ['IQ1_S', 512, 100, { quantBytes: 3 * 16 * 8, scaleBytes: 80 }],
  ['IQ1_M', 512, 112, { quantBytes: 3 * 16 * 8, scaleBytes: 80 }],
  ['IQ2_XXS', 512, 132, { quantBytes: 3 * 16 * 8, scaleBytes: 272 }],
  ['IQ2_XS', 512, 148, { quantBytes: 3 * 16 * 8, scaleBytes: 272 }],
  ['IQ2_S', 512, 164, { quantBytes: 3 * 16 * 8, scaleBytes: 272 }],
  ['IQ3_XXS', 512, 196, { quantBytes: 3 * 16 * 16, scaleBytes: 48 }],
  ['IQ3_S', 512, 220, { quantBytes: 3 * 16 * 16, scaleBytes: 48 }],
  ['IQ4_NL', 96, 54, { quantBytes: 3 * 3 * 16, scaleBytes: 32 }],
  ['IQ4_XS', 512, 272, { quantBytes: 3 * 16 * 16, scaleBytes: 48 }],
  ['MXFP4', 96, 51, { quantBytes: 3 * 3 * 16, scaleBytes: 16 }],
  ['TQ1_0', 512, 108, { quantBytes: 3 * 16 * 8, scaleBytes: 16 }],
  ['TQ2_0', 512, 132, { quantBytes: 3 * 16 * 8, scaleBytes: 16 }],
  ['Q4_F32', 96, 60, { quantBytes: 3 * 3 * 16, scaleBytes: 48 }],
  ['Q3_G40', 96, 48, { quantBytes: 3 * 3 * 16, scaleBytes: 16 }],
] as const)('%s: sizes of three rows of %i columns', (type, columns, rowBytes, planes) => {
  expect(quantFormats[type].fileRowBytes(columns)).toBe(rowBytes);
  expect(quantFormats[type].planes(3, columns)).toEqual(planes);
});

/** What is laid out anew: five ternary weights a byte as four; groups of a lattice as their digits and signs. */
const LARGER: Partial<Record<QuantType, number>> = {
  TQ1_0: 1.23,
  IQ1_S: 1.53,
  IQ1_M: 1.36,
  IQ2_XXS: 1.64,
  IQ2_XS: 1.46,
  IQ2_S: 1.32,
  IQ3_XXS: 1.39,
  IQ3_S: 1.24,
};

test.each(QUANT_TYPES)('%s: planes take the bytes of the file, to within 2 %% but where it says so', (type) => {
  const { quantBytes, scaleBytes } = quantFormats[type].planes(64, 4096);
  const fileBytes = 64 * quantFormats[type].fileRowBytes(4096);
  expect(quantBytes + scaleBytes).toBeGreaterThanOrEqual(fileBytes);
  expect(quantBytes + scaleBytes).toBeLessThan(fileBytes * (LARGER[type] ?? 1.02));
});

test('refuses columns that a block does not divide', () => {
  expect(() => quantFormats.Q4_K.planes(1, 128)).toThrow('multiple of 256');
  expect(() => quantFormats.Q4_0.fileRowBytes(48)).toThrow('multiple of 32');
  expect(() => quantFormats.F32.fileRowBytes(0)).toThrow('not 0');
});

test('knows its types by their names, all but two of which are of GGUF', () => {
  expect(isQuantType('Q4_K')).toBe(true);
  expect(isQuantType('Q8_K')).toBe(false);
  expect(isQuantType('toString')).toBe(false);
  const ggufTypes: readonly string[] = GGUF_QUANT_TYPES;
  expect(QUANT_TYPES.filter((type) => !ggufTypes.includes(type))).toEqual(['Q4_F32', 'Q3_G40']);
});
