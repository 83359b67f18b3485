import { halfToNumber } from './half.ts';
import { putPair } from './pack.ref.ts';

const BYTES = 84;

function code(bytes: Uint8Array, i: number): number {
  const half = Math.floor((i % 256) / 128);
  const quarter = Math.floor((i % 128) / 32);
  return (bytes[Math.floor(i / 256) * BYTES + 16 + half * 32 + (i % 32)]! >> (2 * quarter)) & 3;
}

/**
 * Q2_K: per 256 weights 16 bytes (one per 16 weights: scale in the low nibble, minimum in the high one), 64 bytes of bit
 * pairs, d and dmin (f16); each half of 128 weights has 32 bytes of pairs (byte l: elements l, l + 32, l + 64 and l + 96,
 * from the low end up). w = d·scale·q − dmin·minimum.
 */
export function dequantizeQ2K(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * BYTES;
    const packed = view.getUint8(start + Math.floor((i % 256) / 16));
    const d = halfToNumber(view.getUint16(start + 80, true));
    const dmin = halfToNumber(view.getUint16(start + 82, true));
    weights[i] = d * (packed & 15) * code(bytes, i) - dmin * (packed >> 4);
  }
  return weights;
}

/** A row of file blocks → its planes, see `q2-k.wgsl`. */
export function packQ2K(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const groups = row.length / BYTES;
  for (let i = 0; i < groups * 256; i++) putPair(quants, i, code(row, i));
  for (let group = 0; group < groups; group++) {
    const start = group * BYTES;
    scales.set(row.subarray(start, start + 16), group * 20);
    scales.set(row.subarray(start + 80, start + 84), group * 20 + 16);
  }
}
