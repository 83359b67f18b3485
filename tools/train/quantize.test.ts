/** Q8_0 as we write it, against the definition that the engine is held to. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfToNumber } from '../../shaders/quant/half.ts';
import { dequantizeQ80 } from '../../shaders/quant/q8-0.ref.ts';
import { quantizeQ8 } from './quantize.ts';

/** Half a step of the smallest f16 scales, times the largest code: what a block of tiny numbers may be off. */
const TINY = 127 * 2 ** -25;

function block(first: readonly number[]): Float32Array {
  return Float32Array.from({ length: 32 }, (_, index) => first[index] ?? 0);
}

describe('Q8_0', () => {
  it('is scale and codes, block by block', () => {
    const weights = new Float32Array(64);
    weights.set(block([127, -127, 1, 0.4, -0.6])); // d = 1
    weights.set(block([-1, 0.25, 63.5]), 32); // d = 0.5
    const bytes = quantizeQ8(weights);
    expect(bytes).toHaveLength(68);
    expect([...bytes.subarray(0, 8)]).toEqual([0x00, 0x3c, 127, 0x81, 1, 0, 0xff, 0]);
    expect([...bytes.subarray(34, 40)]).toEqual([0x00, 0x38, 0xfe, 1, 127, 0]);
    expect([...bytes.subarray(8, 34), ...bytes.subarray(40)].every((byte) => byte === 0)).toBe(true);
  });

  it('is all zeros for zeros, and nothing for nothing', () => {
    expect([...quantizeQ8(new Float32Array(32))]).toEqual(Array.from({ length: 34 }, () => 0));
    expect(quantizeQ8(new Float32Array(0))).toHaveLength(0);
  });

  it('refuses what is no whole number of blocks', () => {
    expect(() => quantizeQ8(new Float32Array(33))).toThrow(new RangeError('33 weights are no blocks of 32'));
    expect(() => quantizeQ8(new Float32Array(16))).toThrow(new RangeError('16 weights are no blocks of 32'));
  });

  it('gives exactly back what stands on its steps', () => {
    const weights = Float32Array.from(
      { length: 256 },
      (_, index) => (index % 32 === 7 ? 127 : (index % 255) - 127) / 128,
    );
    expect(dequantizeQ80(quantizeQ8(weights), 256)).toEqual(weights);
  });

  it('is off by no more than half a step', () => {
    const blocks = fc.integer({ min: -30, max: 12 }).chain((exponent) =>
      fc.array(
        fc.double({ min: -1, max: 1, noNaN: true }).map((share) => share * 2 ** exponent),
        { minLength: 32, maxLength: 32 },
      ),
    );
    fc.assert(
      fc.property(fc.array(blocks, { maxLength: 3 }), (many) => {
        const weights = Float32Array.from(many.flat());
        const bytes = quantizeQ8(weights);
        const view = new DataView(bytes.buffer);
        for (const [index, value] of dequantizeQ80(bytes, weights.length).entries()) {
          const step = halfToNumber(view.getUint16(Math.floor(index / 32) * 34, true));
          expect(Math.abs(value - weights[index]!)).toBeLessThanOrEqual(Math.max(step / 2, TINY));
        }
      }),
    );
  });
});
