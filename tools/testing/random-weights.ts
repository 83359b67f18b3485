/**
 * Tensor data with seeded random weights, in each of the types that the engine reads.
 *
 * Quantised blocks are drawn as codes and packed scales, not quantised from numbers: so every code and every scale value
 * occurs, and a reader that misplaces one bit cannot pass. Block layouts: ggml's `ggml-common.h`.
 */
import type { QuantType } from '../../shaders/quant/format.ts';
import { bfloatBits, halfBits } from './half.ts';

// Bytes and weights a block. Also in `shaders/quant/format.ts`, which Playwright cannot load: its shaders need Vite.
const BLOCKS: Record<QuantType, { readonly bytes: number; readonly weights: number }> = {
  F32: { bytes: 4, weights: 1 },
  F16: { bytes: 2, weights: 1 },
  BF16: { bytes: 2, weights: 1 },
  Q4_0: { bytes: 18, weights: 32 },
  Q8_0: { bytes: 34, weights: 32 },
  Q4_K: { bytes: 144, weights: 256 },
  Q6_K: { bytes: 210, weights: 256 },
};

/** A stream of 32 random bits: xorshift32, so that a failing case can be run again. */
export type RandomBits = () => number;

/** Starts a stream; different seeds give unrelated streams. */
export function randomBits(seed: number): RandomBits {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/** A number of mean 0 and standard deviation 1: four uniform bytes' sum, near enough to a bell for weights. */
function bell(random: RandomBits): number {
  const bits = random();
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 147.8;
}

// Root mean square of one weight where a block's scale is 1 and all codes and packed scales are equally likely.
const UNIT_RMS = { Q4_0: 4.64, Q8_0: 73.9, Q4_K: 258.3, Q6_K: 1365.7 };

function fillBytes(bytes: Uint8Array, start: number, count: number, random: RandomBits): void {
  for (let i = start; i < start + count; i++) bytes[i] = random() >>> 24;
}

/** Writes one quantised block at `offset`; its scale varies by a half around what gives `deviation`. */
function writeBlock(
  view: DataView,
  bytes: Uint8Array,
  offset: number,
  type: keyof typeof UNIT_RMS,
  deviation: number,
  random: RandomBits,
): void {
  const scale = (deviation / UNIT_RMS[type]) * (0.5 + (random() >>> 8) / 2 ** 24);
  if (type === 'Q6_K') {
    fillBytes(bytes, offset, 208, random);
    view.setUint16(offset + 208, halfBits(scale), true);
    return;
  }
  fillBytes(bytes, offset, BLOCKS[type].bytes, random);
  view.setUint16(offset, halfBits(scale), true);
  // Codes of Q4_K are 0 … 15: the minimum is set so that weights have mean 0.
  if (type === 'Q4_K') view.setUint16(offset + 2, halfBits(scale * 7.5), true);
}

/**
 * Random weights as they lie in a file.
 *
 * @param shape outer to inner; the inner size must be a multiple of the type's block.
 * @param zeroRows rows, counted over all outer sizes, whose weights are all zero.
 */
export function randomWeights(
  type: QuantType,
  shape: readonly number[],
  deviation: number,
  random: RandomBits,
  zeroRows: ReadonlySet<number> = new Set(),
): Uint8Array<ArrayBuffer> {
  const rowWeights = shape.at(-1)!;
  const block = BLOCKS[type];
  if (rowWeights % block.weights !== 0) throw new Error(`rows of ${rowWeights} weights do not fit ${type}`);
  const rowBytes = (rowWeights / block.weights) * block.bytes;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const bytes = new Uint8Array(rows * rowBytes);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < rows; row++) {
    if (zeroRows.has(row)) continue;
    for (let offset = row * rowBytes; offset < (row + 1) * rowBytes; offset += block.bytes) {
      if (type === 'F32') view.setFloat32(offset, bell(random) * deviation, true);
      else if (type === 'F16') view.setUint16(offset, halfBits(bell(random) * deviation), true);
      else if (type === 'BF16') view.setUint16(offset, bfloatBits(bell(random) * deviation), true);
      else writeBlock(view, bytes, offset, type, deviation, random);
    }
  }
  return bytes;
}
