import { halfToNumber } from './half.ts';
import { IQ3_S_LATTICE } from './lattices.ts';
import { putNibble } from './pack.ref.ts';

const BYTES = 110;

/** The digit of element i of the row, 0…7, and whether its weight is negative. */
function read(bytes: Uint8Array, i: number): { digit: number; negative: boolean } {
  const start = Math.floor(i / 256) * BYTES;
  const four = Math.floor((i % 256) / 4);
  const upper = (bytes[start + 66 + Math.floor(four / 8)]! >> (four % 8)) & 1;
  const index = bytes[start + 2 + four]! | (upper << 8);
  const negative = ((bytes[start + 74 + Math.floor((i % 256) / 8)]! >> (i % 8)) & 1) === 1;
  return { digit: IQ3_S_LATTICE.digits[index * 4 + (i % 4)]!, negative };
}

/**
 * IQ3_S: per 256 weights d (f16), 64 lower bytes of indexes into the lattice, one for four weights, 8 bytes of their ninth
 * bits, 32 bytes of signs, 4 bytes of scales (a nibble for 32 weights). w = ±d·(1 + 2·scale)·(2·digit + 1). Source:
 * ggml's `dequantize_row_iq3_s`.
 */
export function dequantizeIQ3S(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * BYTES;
    const block = Math.floor((i % 256) / 32);
    const scale = (bytes[start + 106 + Math.floor(block / 2)]! >> (4 * (block % 2))) & 15;
    const { digit, negative } = read(bytes, i);
    const d = halfToNumber(view.getUint16(start, true));
    weights[i] = d * (1 + 2 * scale) * (negative ? -1 : 1) * (2 * digit + 1);
  }
  return weights;
}

/** A row of file blocks → its planes, see `iq3-s.wgsl`. */
export function packIQ3S(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const groups = row.length / BYTES;
  for (let i = 0; i < groups * 256; i++) {
    const { digit, negative } = read(row, i);
    putNibble(quants, i, negative ? 7 - digit : 8 + digit);
  }
  for (let group = 0; group < groups; group++) {
    const start = group * BYTES;
    scales.set(row.subarray(start, start + 2), group * 8);
    scales.set(row.subarray(start + 106, start + 110), group * 8 + 4);
  }
}
