import { halfToNumber } from './half.ts';
import { putNibble } from './pack.ref.ts';

const BYTES = 18;

function code(bytes: Uint8Array, i: number): number {
  const pair = bytes[Math.floor(i / 32) * BYTES + 2 + (i % 16)]!;
  return i % 32 < 16 ? pair & 15 : pair >> 4;
}

/** Q4_0: per 32 weights a scale d (f16) and 16 bytes; byte j holds element j (low nibble) and j + 16; w = d·(q − 8). */
export function dequantizeQ40(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const d = halfToNumber(view.getUint16(Math.floor(i / 32) * BYTES, true));
    weights[i] = d * (code(bytes, i) - 8);
  }
  return weights;
}

/** A row of file blocks → its planes, see `q4-0.wgsl`. */
export function packQ40(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const blocks = row.length / BYTES;
  for (let i = 0; i < blocks * 32; i++) putNibble(quants, i, code(row, i));
  for (let block = 0; block < blocks; block++) scales.set(row.subarray(block * BYTES, block * BYTES + 2), block * 2);
}
