import { putNibble } from './pack.ref.ts';

const BYTES = 17;
/** What a code's three low bits stand for; its top bit is the sign. */
const VALUES = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

function code(bytes: Uint8Array, i: number): number {
  const pair = bytes[Math.floor(i / 32) * BYTES + 1 + (i % 16)]!;
  return i % 32 < 16 ? pair & 15 : pair >> 4;
}

/**
 * MXFP4: per 32 weights an exponent e (u8) and 16 bytes; byte j holds element j (low nibble) and j + 16, floats of one
 * sign bit, two exponent bits and one mantissa bit; w = 2^(e − 127)·value. There is no negative zero, and e = 255 is a
 * number like the others. Source: OCP Microscaling Formats (MX) v1.0; the order of a block: ggml's `block_mxfp4`.
 */
export function dequantizeMXFP4(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const q = code(bytes, i);
    const value = q === 8 ? 0 : (q < 8 ? 1 : -1) * VALUES[q & 7]!;
    weights[i] = 2 ** (bytes[Math.floor(i / 32) * BYTES]! - 127) * value;
  }
  return weights;
}

/** A row of file blocks → its planes, see `mxfp4.wgsl`. */
export function packMXFP4(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const blocks = row.length / BYTES;
  for (let i = 0; i < blocks * 32; i++) putNibble(quants, i, code(row, i));
  for (let block = 0; block < blocks; block++) scales[block] = row[block * BYTES]!;
}
