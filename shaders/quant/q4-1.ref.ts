import { halfToNumber } from './half.ts';
import { putNibble } from './pack.ref.ts';

const BYTES = 20;

function code(bytes: Uint8Array, i: number): number {
  const pair = bytes[Math.floor(i / 32) * BYTES + 4 + (i % 16)]!;
  return i % 32 < 16 ? pair & 15 : pair >> 4;
}

/**
 * Q4_1: per 32 weights a scale d (f16), a minimum m (f16) and 16 bytes; byte j holds element j (low nibble) and j + 16;
 * w = d·q + m.
 */
export function dequantizeQ41(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
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

/** A row of file blocks → its planes, see `q4-1.wgsl`. */
export function packQ41(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const blocks = row.length / BYTES;
  for (let i = 0; i < blocks * 32; i++) putNibble(quants, i, code(row, i));
  for (let block = 0; block < blocks; block++) scales.set(row.subarray(block * BYTES, block * BYTES + 4), block * 4);
}
