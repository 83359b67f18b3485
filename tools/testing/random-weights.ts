/**
 * Tensor data with seeded random weights, in each of the types that the engine reads.
 *
 * Quantised blocks are drawn as codes and packed scales, not quantised from numbers: so every code and every scale value
 * occurs, and a reader that misplaces one bit cannot pass. Block layouts: ggml's `ggml-common.h`.
 */
import type { QuantType } from '../../shaders/quant/format.ts';
import { halfBits } from '../../shaders/quant/half.ts';
import { bfloatBits } from './bfloat.ts';

// Bytes and weights a block. Also in `shaders/quant/format.ts`, which Playwright cannot load: its shaders need Vite.
const BLOCKS: Record<QuantType, { readonly bytes: number; readonly weights: number }> = {
  F32: { bytes: 4, weights: 1 },
  F16: { bytes: 2, weights: 1 },
  BF16: { bytes: 2, weights: 1 },
  Q4_0: { bytes: 18, weights: 32 },
  Q4_1: { bytes: 20, weights: 32 },
  Q5_0: { bytes: 22, weights: 32 },
  Q5_1: { bytes: 24, weights: 32 },
  Q8_0: { bytes: 34, weights: 32 },
  Q2_K: { bytes: 84, weights: 256 },
  Q3_K: { bytes: 110, weights: 256 },
  Q4_K: { bytes: 144, weights: 256 },
  Q5_K: { bytes: 176, weights: 256 },
  Q6_K: { bytes: 210, weights: 256 },
  IQ1_S: { bytes: 50, weights: 256 },
  IQ1_M: { bytes: 56, weights: 256 },
  IQ2_XXS: { bytes: 66, weights: 256 },
  IQ2_XS: { bytes: 74, weights: 256 },
  IQ2_S: { bytes: 82, weights: 256 },
  IQ3_XXS: { bytes: 98, weights: 256 },
  IQ3_S: { bytes: 110, weights: 256 },
  IQ4_NL: { bytes: 18, weights: 32 },
  IQ4_XS: { bytes: 136, weights: 256 },
  MXFP4: { bytes: 17, weights: 32 },
  TQ1_0: { bytes: 54, weights: 256 },
  TQ2_0: { bytes: 66, weights: 256 },
  Q4_F32: { bytes: 20, weights: 32 },
  Q3_G40: { bytes: 16, weights: 32 },
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

/** How a quantised block is drawn, all its codes and packed scales equally likely. */
interface Draw {
  /** Root mean square of one weight where the block's scale is 1. */
  readonly unitRms: number;
  /** Where the scale lies: an f16, in Q4_F32 an f32, in Q3_G40 two f16, in IQ1_M four bits each in the upper ends of four 16 bits. */
  readonly scaleAt: number;
  /** How much larger the second f16 is, in types that have one: their codes start at 0, and weights shall have mean 0. */
  readonly minimum?: number;
}

const DRAWS = {
  Q4_0: { unitRms: 4.64, scaleAt: 0 },
  Q4_1: { unitRms: 4.61, scaleAt: 0, minimum: -7.5 },
  Q5_0: { unitRms: 9.25, scaleAt: 0 },
  Q5_1: { unitRms: 9.23, scaleAt: 0, minimum: -15.5 },
  Q8_0: { unitRms: 73.9, scaleAt: 0 },
  Q2_K: { unitRms: 13.9, scaleAt: 80, minimum: 1.5 },
  Q3_K: { unitRms: 43.3, scaleAt: 108 },
  Q4_K: { unitRms: 258.3, scaleAt: 0, minimum: 7.5 },
  Q5_K: { unitRms: 526.9, scaleAt: 0, minimum: 15.5 },
  Q6_K: { unitRms: 1365.7, scaleAt: 208 },
  IQ1_S: { unitRms: 7.2, scaleAt: 0 },
  IQ1_M: { unitRms: 7.2, scaleAt: 48 },
  IQ2_XXS: { unitRms: 53.3, scaleAt: 0 },
  IQ2_XS: { unitRms: 55.9, scaleAt: 0 },
  IQ2_S: { unitRms: 56.6, scaleAt: 0 },
  IQ3_XXS: { unitRms: 142.6, scaleAt: 0 },
  IQ3_S: { unitRms: 140.1, scaleAt: 0 },
  IQ4_NL: { unitRms: 67.4, scaleAt: 0 },
  IQ4_XS: { unitRms: 1246.3, scaleAt: 0 },
  TQ1_0: { unitRms: 0.82, scaleAt: 52 },
  TQ2_0: { unitRms: 1, scaleAt: 64 },
  Q4_F32: { unitRms: 4.64, scaleAt: 0 },
  Q3_G40: { unitRms: 2.35, scaleAt: 12 },
} satisfies Partial<Record<QuantType, Draw>>;

/** As `unitRms`, a little more: a scale is a power of two, the one below or the one above what would be right. */
const MXFP4_RMS = 3.2;

function fillBytes(bytes: Uint8Array, start: number, count: number, random: RandomBits): void {
  for (let i = start; i < start + count; i++) bytes[i] = random() >>> 24;
}

/** Q3_G40's scales, whose signs are a code: two f16 in a word. */
function twoScales(first: number, second: number, random: RandomBits): number {
  return (halfBits(first) | (halfBits(second) << 16) | (random() & 0x80008000)) >>> 0;
}

/** Writes one quantised block at `offset`; its scale varies by a half around what gives `deviation`. */
function writeBlock(
  view: DataView,
  bytes: Uint8Array,
  offset: number,
  type: keyof typeof DRAWS | 'MXFP4',
  deviation: number,
  random: RandomBits,
): void {
  const varied = 0.5 + (random() >>> 8) / 2 ** 24;
  fillBytes(bytes, offset, BLOCKS[type].bytes, random);
  if (type === 'MXFP4') {
    bytes[offset] = 127 + Math.floor(Math.log2(deviation / MXFP4_RMS) + varied - 0.5);
    return;
  }
  // Upper bits in one of four: codes of mean 1, all of them, as its weights are q − 1.
  if (type === 'TQ2_0') for (let i = offset; i < offset + 64; i++) bytes[i]! &= 0x55 | (random() >>> 24);
  const { unitRms, scaleAt, minimum }: Draw = DRAWS[type];
  const scale = (deviation / unitRms) * varied;
  if (type === 'Q4_F32') view.setFloat32(offset + scaleAt, scale, true);
  else if (type === 'Q3_G40') view.setUint32(offset + scaleAt, twoScales(scale, deviation / unitRms, random), true);
  else if (type === 'IQ1_M')
    for (let k = 0; k < 4; k++) {
      const at = offset + scaleAt + 2 * k + 1;
      bytes[at] = (bytes[at]! & 15) | (((halfBits(scale) >> (4 * k)) & 15) << 4);
    }
  else view.setUint16(offset + scaleAt, halfBits(scale), true);
  if (minimum !== undefined) view.setUint16(offset + scaleAt + 2, halfBits(scale * minimum), true);
}

/** Bytes of one row of so many weights in a file. Throws where they are no whole number of the type's blocks. */
export function randomRowBytes(type: QuantType, rowWeights: number): number {
  const block = BLOCKS[type];
  if (rowWeights % block.weights !== 0) throw new Error(`rows of ${rowWeights} weights do not fit ${type}`);
  return (rowWeights / block.weights) * block.bytes;
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
  const block = BLOCKS[type];
  const rowBytes = randomRowBytes(type, shape.at(-1)!);
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
