/** Numbers to Q8_0: blocks of 32 weights, a scale in f16 and 32 signed bytes. Layout: ggml's `block_q8_0`. */
import { halfBits } from '../../shaders/quant/half.ts';

const BLOCK_WEIGHTS = 32;
const BLOCK_BYTES = 34;

/** The value of f16 bits that are neither infinite nor a NaN. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

/** Quantises a tensor whose rows are a multiple of 32 long. Throws a `RangeError` if the whole is none. */
export function quantizeQ8(weights: Float32Array): Uint8Array<ArrayBuffer> {
  if (weights.length % BLOCK_WEIGHTS !== 0) throw new RangeError(`${weights.length} weights are no blocks of 32`);
  const blocks = weights.length / BLOCK_WEIGHTS;
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const values = weights.subarray(block * BLOCK_WEIGHTS, (block + 1) * BLOCK_WEIGHTS);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scaleBits = halfBits(largest / 127);
    const scale = halfValue(scaleBits);
    view.setUint16(block * BLOCK_BYTES, scaleBits, true);
    for (const [i, value] of values.entries()) {
      // Codes follow from the scale as it is stored, which may be a little smaller than the one computed.
      const code = scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / scale)));
      view.setInt8(block * BLOCK_BYTES + 2 + i, code);
    }
  }
  return bytes;
}
