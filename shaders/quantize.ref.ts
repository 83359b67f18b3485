/** What `quantize` computes, as blocks of a file: plain numbers, one block at a time. */
import { halfBits, halfToNumber } from './quant/half.ts';
import type { QuantizedType } from './quantize.ts';

const BLOCK = 32;

/** Of a block of so many weights: bytes in the file, the scale before it is rounded, and the code of zero and its bounds. */
const RULES = {
  Q8_0: { bytes: 34, divisor: 127, middle: 0, lowest: -127, highest: 127 },
  Q4_0: { bytes: 18, divisor: -8, middle: 8, lowest: 0, highest: 15 },
} as const;

/** The weight that is furthest from zero, the first of equals. */
function furthest(weights: Float32Array): number {
  return weights.reduce((found, weight) => (Math.abs(weight) > Math.abs(found) ? weight : found), 0);
}

/**
 * Weights of a multiple of 32 → blocks as a file has them.
 *
 * A block's scale is that of ggml's quantizers (Q8_0: max |w| / 127; Q4_0: the weight furthest from zero / −8), rounded to
 * f16. Codes are ⌊w / scale + ½⌋ around their middle, by the scale as it is stored, where ggml takes it before it is
 * rounded: so a weight is never off by more than half a step. A scale of zero, or too large for f16, gives codes of zero.
 */
export function quantizeReference(type: QuantizedType, weights: Float32Array): Uint8Array<ArrayBuffer> {
  const { bytes: blockBytes, divisor, middle, lowest, highest } = RULES[type];
  if (weights.length % BLOCK !== 0) throw new RangeError(`${weights.length} weights are no blocks of ${BLOCK}`);
  const bytes = new Uint8Array((weights.length / BLOCK) * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < weights.length / BLOCK; block++) {
    const values = weights.subarray(block * BLOCK, (block + 1) * BLOCK);
    const largest = furthest(values);
    const scaleBits = halfBits((type === 'Q8_0' ? Math.abs(largest) : largest) / divisor);
    const scale = halfToNumber(scaleBits);
    view.setUint16(block * blockBytes, scaleBits, true);
    const code = (i: number): number => {
      const quotient = scale === 0 || !Number.isFinite(scale) ? 0 : Math.floor(values[i]! / scale + 0.5);
      return Math.min(highest, Math.max(lowest, quotient + middle));
    };
    const at = block * blockBytes + 2;
    if (type === 'Q8_0') for (let i = 0; i < BLOCK; i++) view.setInt8(at + i, code(i));
    else for (let j = 0; j < BLOCK / 2; j++) view.setUint8(at + j, code(j) | (code(j + 16) << 4));
  }
  return bytes;
}
