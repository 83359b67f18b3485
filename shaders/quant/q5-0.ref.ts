import { halfToNumber } from './half.ts';
import { putBit, putNibble } from './pack.ref.ts';

const BYTES = 22;

function code(bytes: Uint8Array, i: number): number {
  const start = Math.floor(i / 32) * BYTES;
  const upper = (bytes[start + 2 + Math.floor((i % 32) / 8)]! >> (i % 8)) & 1;
  const pair = bytes[start + 6 + (i % 16)]!;
  return (upper << 4) | (i % 32 < 16 ? pair & 15 : pair >> 4);
}

/**
 * Q5_0: per 32 weights a scale d (f16), 32 upper bits (bit j: element j) and 16 bytes; byte j holds the low bits of
 * element j (low nibble) and of j + 16; w = d·(q − 16).
 */
export function dequantizeQ50(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const d = halfToNumber(view.getUint16(Math.floor(i / 32) * BYTES, true));
    weights[i] = d * (code(bytes, i) - 16);
  }
  return weights;
}

/** A row of file blocks → its planes, see `q5-0.wgsl`. */
export function packQ50(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const blocks = row.length / BYTES;
  for (let i = 0; i < blocks * 32; i++) {
    putNibble(quants, i, code(row, i));
    putBit(scales, i, code(row, i) >> 4);
  }
  for (let block = 0; block < blocks; block++)
    scales.set(row.subarray(block * BYTES, block * BYTES + 2), blocks * 4 + block * 2);
}
