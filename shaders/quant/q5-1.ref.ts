import { halfToNumber } from './half.ts';
import { putBit, putNibble } from './pack.ref.ts';

const BYTES = 24;

function code(bytes: Uint8Array, i: number): number {
  const start = Math.floor(i / 32) * BYTES;
  const upper = (bytes[start + 4 + Math.floor((i % 32) / 8)]! >> (i % 8)) & 1;
  const pair = bytes[start + 8 + (i % 16)]!;
  return (upper << 4) | (i % 32 < 16 ? pair & 15 : pair >> 4);
}

/**
 * Q5_1: per 32 weights a scale d (f16), a minimum m (f16), 32 upper bits (bit j: element j) and 16 bytes; byte j holds
 * the low bits of element j (low nibble) and of j + 16; w = d·q + m.
 */
export function dequantizeQ51(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 32) * BYTES;
    const d = halfToNumber(view.getUint16(start, true));
    const m = halfToNumber(view.getUint16(start + 2, true));
    weights[i] = d * code(bytes, i) + m;
  }
  return weights;
}

/** A row of file blocks → its planes, see `q5-1.wgsl`. */
export function packQ51(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  for (let block = 0; block < row.length / BYTES; block++) {
    scales.set(row.subarray(block * BYTES, block * BYTES + 4), block * 8);
    for (let j = 0; j < 32; j++) {
      const q = code(row, block * 32 + j);
      putNibble(quants, block * 32 + j, q);
      putBit(scales.subarray(block * 8 + 4), j, q >> 4);
    }
  }
}
