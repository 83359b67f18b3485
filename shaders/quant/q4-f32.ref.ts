import { putNibble } from './pack.ref.ts';

const BYTES = 20;

function code(bytes: Uint8Array, i: number): number {
  const pair = bytes[Math.floor(i / 32) * BYTES + 4 + (i % 16)]!;
  return i % 32 < 16 ? pair & 15 : pair >> 4;
}

/**
 * Q4_F32: per 32 weights a scale d (f32) and 16 bytes; byte j holds element j (low nibble) and j + 16; w = d·(q − 8). No
 * file has such blocks: it is how weights of MLC's q4f32_1 are read, whose scales reach beyond f16.
 */
export function dequantizeQ4F32(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++)
    weights[i] = view.getFloat32(Math.floor(i / 32) * BYTES, true) * (code(bytes, i) - 8);
  return weights;
}

/** A row of blocks → its planes, see `q4-f32.wgsl`. */
export function packQ4F32(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const blocks = row.length / BYTES;
  for (let i = 0; i < blocks * 32; i++) putNibble(quants, i, code(row, i));
  for (let block = 0; block < blocks; block++) scales.set(row.subarray(block * BYTES, block * BYTES + 4), block * 4);
}
