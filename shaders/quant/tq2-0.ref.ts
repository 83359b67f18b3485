import { halfToNumber } from './half.ts';
import { putPair } from './pack.ref.ts';

const BYTES = 66;

function code(bytes: Uint8Array, i: number): number {
  const half = Math.floor((i % 256) / 128);
  const quarter = Math.floor((i % 128) / 32);
  return (bytes[Math.floor(i / 256) * BYTES + half * 32 + (i % 32)]! >> (2 * quarter)) & 3;
}

/**
 * TQ2_0: per 256 weights 64 bytes of bit pairs and d (f16); each half of 128 weights has 32 bytes of pairs (byte l:
 * elements l, l + 32, l + 64 and l + 96, from the low end up); w = d·(q − 1). Made for ternary weights: q = 3 is allowed
 * but used by no file.
 */
export function dequantizeTQ20(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const d = halfToNumber(view.getUint16(Math.floor(i / 256) * BYTES + 64, true));
    weights[i] = d * (code(bytes, i) - 1);
  }
  return weights;
}

/** A row of file blocks → its planes, see `tq2-0.wgsl`. */
export function packTQ20(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const groups = row.length / BYTES;
  for (let i = 0; i < groups * 256; i++) putPair(quants, i, code(row, i));
  for (let group = 0; group < groups; group++)
    scales.set(row.subarray(group * BYTES + 64, group * BYTES + 66), group * 2);
}
