import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantizeQ8 } from '../tools/train/quantize.ts';
import { randomBits, randomWeights } from '../tools/testing/random-weights.ts';
import { runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { halfToNumber } from './quant/half.ts';
import { quantFormats } from './quant/format.ts';
import { quantizeReference } from './quantize.ref.ts';
import { canQuantize, quantize, type FloatType, type QuantizedType } from './quantize.ts';
import { emptyPlanes, repackReference, type Planes } from './repack.ref.ts';

const TYPES = ['Q8_0', 'Q4_0'] as const;
const devices = await testDevices();

function block(first: readonly number[]): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 32 }, (_, i) => first[i] ?? 0);
}

describe('the reference', () => {
  test('Q8_0, by hand', () => {
    const weights = new Float32Array(64);
    weights.set(block([127, -127, 1, 0.4, -0.6, 2.5, -2.5])); // d = 1
    weights.set(block([-1, 0.25, 63.5]), 32); // d = 0.5
    const bytes = quantizeReference('Q8_0', weights);
    expect([...bytes.subarray(0, 9)]).toEqual([0x00, 0x3c, 127, 0x81, 1, 0, 0xff, 3, 0xfe]);
    expect([...bytes.subarray(34, 39)]).toEqual([0x00, 0x38, 0xfe, 1, 127]);
  });

  test('Q4_0, by hand', () => {
    const weights = new Float32Array(64);
    weights.set(block([4, -3.5, 0.2, -0.25])); // d = −0.5: 4 is −8 steps, −3.5 seven, 0.2 none and −0.25 a half
    weights.fill(1, 16, 32); // two steps down
    weights.set(block([-2, 2, 2]), 32); // the first of equals decides: d = 0.25, and 2 would be the code 16
    const bytes = quantizeReference('Q4_0', weights);
    expect([...bytes.subarray(0, 6)]).toEqual([0x00, 0xb8, 0x60, 0x6f, 0x68, 0x69]);
    expect([...bytes.subarray(18, 23)]).toEqual([0x00, 0x34, 0x80, 0x8f, 0x8f]);
  });

  test('zeros, numbers too small and numbers too large for a scale', () => {
    const codes = (type: QuantizedType, value: number): number[] => [
      ...quantizeReference(type, block([value])).subarray(0, 3),
    ];
    expect(codes('Q8_0', 0)).toEqual([0, 0, 0]);
    expect(codes('Q4_0', 0)).toEqual([0, 0x80, 0x88]);
    expect(codes('Q8_0', 2 ** -20)).toEqual([0, 0, 0]);
    expect(codes('Q4_0', 2 ** -22)).toEqual([0, 0x80, 0x88]);
    expect(codes('Q8_0', 2 ** 24)).toEqual([0x00, 0x7c, 0]);
    expect(codes('Q4_0', 2 ** 24)).toEqual([0x00, 0xfc, 0x88]);
    expect(() => quantizeReference('Q8_0', new Float32Array(33))).toThrow('33 weights');
  });

  const blocks = fc.integer({ min: -24, max: 12 }).chain((exponent) =>
    fc.array(
      fc.double({ min: -1, max: 1, noNaN: true }).map((share) => share * 2 ** exponent),
      { minLength: 32, maxLength: 32 },
    ),
  );

  test.each(TYPES)('%s is off by no more than half a step, but at the end of its codes', (type) => {
    fc.assert(
      fc.property(blocks, (values) => {
        const weights = Float32Array.from(values);
        const bytes = quantizeReference(type, weights);
        const step = Math.abs(halfToNumber(new DataView(bytes.buffer).getUint16(0, true)));
        // Q4_0 has one code less on the side away from its furthest weight; steps below 2⁻¹⁴ are coarse themselves.
        const end = type === 'Q4_0' ? step : 0;
        const coarse = step < 2 ** -14 ? 127 * 2 ** -25 : 0;
        for (const [i, value] of quantFormats[type].dequantize(bytes, 32).entries())
          expect(Math.abs(value - weights[i]!)).toBeLessThanOrEqual(step / 2 + end * 0.501 + coarse);
      }),
    );
  });

  test.each(TYPES)('%s has the scales of ggml, and its codes to within one', (type) => {
    fc.assert(
      fc.property(blocks, (values) => {
        const weights = Float32Array.from(values);
        const largest = weights.reduce((found, weight) => (Math.abs(weight) > Math.abs(found) ? weight : found), 0);
        fc.pre(Math.abs(largest) > 127 * 2 ** -14);
        const scale = Math.fround(type === 'Q8_0' ? Math.abs(largest) / 127 : largest / -8);
        const inverse = Math.fround(1 / scale);
        const bytes = quantizeReference(type, weights);
        const stored = halfToNumber(new DataView(bytes.buffer).getUint16(0, true));
        expect(Math.abs(stored - scale)).toBeLessThanOrEqual(Math.abs(scale) * 2 ** -11);
        for (const [i, value] of quantFormats[type].dequantize(bytes, 32).entries()) {
          const product = Math.fround(weights[i]! * inverse);
          const theirs = type === 'Q8_0' ? Math.round(product) : Math.min(7, Math.floor(product + 0.5));
          expect(Math.abs(value / stored - theirs)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('Q8_0 is what the tools write', () => {
    fc.assert(
      fc.property(blocks, (values) => {
        const weights = Float32Array.from(values);
        expect(quantizeReference('Q8_0', weights)).toEqual(quantizeQ8(weights));
      }),
    );
  });
});

test('only rows of whole blocks of floats can be quantized', () => {
  expect(['F32', 'F16', 'BF16'].map((type) => canQuantize(type, 64))).toEqual([true, true, true]);
  expect([canQuantize('F32', 48), canQuantize('Q4_K', 256), canQuantize('I32', 64)]).toEqual([false, false, false]);
});

/** Weights of every size that a float type may hold, and what rounding stumbles over. */
function hardWeights(count: number): Float32Array<ArrayBuffer> {
  const random = randomBits(count);
  const special = [
    [],
    [127, -127, 0.5, -0.5, 2.5, -2.5, 126.5, -126.5], // halves of a step of one
    [8, -8, 0.5, -0.5, 3.5, -3.5, 7.5, -7.5],
    [-2, 2, 1.875, -1.875],
    [2 ** -24, -(2 ** -23)],
    [2 ** -20, 2 ** -21],
    [127 * 2 ** -25, 2 ** -25],
    [127 * 1.5 * 2 ** -24, 2 ** -24],
    [65504 * 127, 65504],
    [2 ** 24, 1],
    [0.49999997, 1.0000001, -0.49999997, 126.99999],
    [1e-40],
  ].flatMap((values) => [...block(values)]);
  return Float32Array.from({ length: count }, (_, i) => {
    if (i < special.length) return special[i]!;
    const exponent = (Math.imul(Math.floor(i / 32), 0x9e3779b1) >>> 27) - 22;
    return (random() / 2 ** 31 - 1) * 2 ** exponent;
  });
}

/** The weights as a file of this type has them, for types of 16 bits without their lower bits. */
function fileBytes(type: FloatType, weights: Float32Array): Uint8Array<ArrayBuffer> {
  if (type === 'F32') return new Uint8Array(weights.slice().buffer);
  if (type === 'BF16')
    return new Uint8Array(Uint16Array.from(new Uint32Array(weights.slice().buffer), (bits) => bits >>> 16).buffer);
  return randomWeights('F16', [weights.length / 32, 32], 0.7, randomBits(3));
}

describe.each(devices)('quantize on $name', ({ device, variants }) => {
  const cases = (['F32', 'F16', 'BF16'] as const).flatMap((from) =>
    TYPES.flatMap((to) => [
      { from, to, columns: 96, planeRows: 11 },
      { from, to, columns: 256, planeRows: 5 },
    ]),
  );
  test.each(cases)('$from to $to, $planeRows rows of $columns', async (shape) => {
    const { from, to, columns, planeRows } = shape;
    const bytes = fileBytes(from, hardWeights(planeRows * columns));
    const rowBytes = quantFormats[from].fileRowBytes(columns);
    const blocks = (raw: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
      quantizeReference(to, quantFormats[from].dequantize(raw, (raw.length / rowBytes) * columns));
    const expected = emptyPlanes(to, planeRows, columns);
    let actual: Planes = emptyPlanes(to, planeRows, columns);
    // Two slices, as a load does it; the second says one row more than there is room for.
    const split = 3;
    for (const [raw, firstRow] of [
      [bytes.slice(0, split * rowBytes), 0],
      [Uint8Array.from([...bytes.subarray(split * rowBytes), ...bytes.subarray(0, rowBytes)]), split],
    ] as const) {
      const slice = { rows: raw.length / rowBytes, firstRow, rowStep: 1, rowOffset: 0 };
      repackReference({ type: to, columns, planeRows }, blocks(raw), slice, expected);
      const output = await runKernel(
        device,
        quantize,
        shape,
        variants[0]!,
        { tokens: slice.rows, kvLength: 0 },
        {
          quants: new Uint32Array(raw.buffer),
          codes: actual.quants,
          scales: actual.scales,
          slice: Uint32Array.of(slice.rows, firstRow, 1, 0),
        },
      );
      actual = { quants: new Uint32Array(output['codes']!), scales: new Uint32Array(output['scales']!) };
    }
    expect(actual).toEqual(expected);
  });

  test('two tensors interleaved, one of F32 and one of BF16', async () => {
    const shape = { to: 'Q4_0', columns: 64, planeRows: 6 } as const;
    const expected = emptyPlanes('Q4_0', 6, 64);
    let actual: Planes = emptyPlanes('Q4_0', 6, 64);
    for (const [rowOffset, from] of (['F32', 'BF16'] as const).entries()) {
      const raw = randomWeights(from, [3, 64], 1, randomBits(rowOffset));
      const slice = { rows: 3, firstRow: 0, rowStep: 2, rowOffset };
      const weights = quantFormats[from].dequantize(raw, 3 * 64);
      repackReference({ type: 'Q4_0', columns: 64, planeRows: 6 }, quantizeReference('Q4_0', weights), slice, expected);
      const output = await runKernel(
        device,
        quantize,
        { ...shape, from },
        variants[0]!,
        { tokens: 3, kvLength: 0 },
        {
          quants: new Uint32Array(raw.buffer),
          codes: actual.quants,
          scales: actual.scales,
          slice: Uint32Array.of(3, 0, 2, rowOffset),
        },
      );
      actual = { quants: new Uint32Array(output['codes']!), scales: new Uint32Array(output['scales']!) };
    }
    expect(actual).toEqual(expected);
  });
});
