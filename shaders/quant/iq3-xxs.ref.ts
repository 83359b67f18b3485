import { halfToNumber } from './half.ts';
import { evenSign, IQ3_XXS_LATTICE } from './lattices.ts';
import { putNibble } from './pack.ref.ts';

const BYTES = 98;

/** What the lattice's digits stand for. Source: the bytes of ggml's `iq3xxs_grid`. */
const MAGNITUDES: readonly number[] = [4, 12, 20, 28, 36, 44, 52, 62];

/** The word of signs and scale of element i's block, the digit of the element, and whether its weight is negative. */
function read(bytes: Uint8Array, i: number): { scale: number; digit: number; negative: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = Math.floor(i / 256) * BYTES;
  const packed = view.getUint32(start + 66 + Math.floor((i % 256) / 32) * 4, true);
  const index = bytes[start + 2 + Math.floor((i % 256) / 4)]!;
  return {
    scale: packed >>> 28,
    digit: IQ3_XXS_LATTICE.digits[index * 4 + (i % 4)]!,
    negative: evenSign((packed >>> (7 * Math.floor((i % 32) / 8))) & 127, i % 8),
  };
}

/**
 * IQ3_XXS: per 256 weights d (f16), 64 bytes of indexes into the lattice, one for four weights, and for each 32 weights a
 * word: seven signs for every eight weights, from the low end up, and a scale in the top four bits.
 * w = ±d·(scale + ½)/2·magnitude. Source: ggml's `dequantize_row_iq3_xxs`.
 */
export function dequantizeIQ3XXS(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const d = halfToNumber(view.getUint16(Math.floor(i / 256) * BYTES, true));
    const { scale, digit, negative } = read(bytes, i);
    weights[i] = ((d * (scale + 0.5)) / 2) * (negative ? -1 : 1) * MAGNITUDES[digit]!;
  }
  return weights;
}

/** A row of file blocks → its planes: those of IQ3_S, see `iq3-s.wgsl`. */
export function packIQ3XXS(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const groups = row.length / BYTES;
  for (let i = 0; i < groups * 256; i++) {
    const { scale, digit, negative } = read(row, i);
    putNibble(quants, i, negative ? 7 - digit : 8 + digit);
    if (i % 32 === 0)
      scales[Math.floor(i / 256) * 8 + 4 + Math.floor((i % 256) / 64)]! |= scale << (i % 64 < 32 ? 0 : 4);
  }
  for (let group = 0; group < groups; group++) {
    scales.set(row.subarray(group * BYTES, group * BYTES + 2), group * 8);
    scales.set([0x00, 0x38], group * 8 + 2); // 0.5
  }
}
