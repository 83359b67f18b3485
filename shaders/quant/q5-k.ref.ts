import { halfToNumber } from './half.ts';
import { putBit, putNibble } from './pack.ref.ts';
import { scaleAndMinimum } from './q4-k.ref.ts';

const BYTES = 176;

function code(bytes: Uint8Array, i: number): number {
  const start = Math.floor(i / 256) * BYTES;
  const block = Math.floor((i % 256) / 32);
  const upper = (bytes[start + 16 + (i % 32)]! >> block) & 1;
  const pair = bytes[start + 48 + Math.floor(block / 2) * 32 + (i % 32)]!;
  return (upper << 4) | (block % 2 === 0 ? pair & 15 : pair >> 4);
}

/**
 * Q5_K: per 256 weights d and dmin (f16), scales and minima packed as in Q4_K in 12 bytes, 32 bytes of upper bits (bit s
 * of byte l: element l of block s), 128 bytes of nibbles; each 32 bytes hold 64 elements, the low nibbles first.
 * w = d·scale·q − dmin·minimum.
 */
export function dequantizeQ5K(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * BYTES;
    const packed = bytes.subarray(start + 4, start + 16);
    const { scale, minimum } = scaleAndMinimum(packed, Math.floor((i % 256) / 32));
    const d = halfToNumber(view.getUint16(start, true));
    const dmin = halfToNumber(view.getUint16(start + 2, true));
    weights[i] = d * scale * code(bytes, i) - dmin * minimum;
  }
  return weights;
}

/** A row of file blocks → its planes, see `q5-k.wgsl`. */
export function packQ5K(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  for (let group = 0; group < row.length / BYTES; group++) {
    const groupScales = scales.subarray(group * 48, group * 48 + 48);
    groupScales.set(row.subarray(group * BYTES, group * BYTES + 16));
    for (let element = 0; element < 256; element++) {
      const q = code(row, group * 256 + element);
      putNibble(quants, group * 256 + element, q);
      putBit(groupScales.subarray(16), element, q >> 4);
    }
  }
}
