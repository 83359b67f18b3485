import { halfToNumber } from './half.ts';
import { putNibble, putPair } from './pack.ref.ts';

const BYTES = 210;

function code(bytes: Uint8Array, i: number): number {
  const start = Math.floor(i / 256) * BYTES;
  const half = Math.floor((i % 256) / 128);
  const within = i % 128;
  const pair = bytes[start + half * 64 + (within % 64)]!;
  const low = within < 64 ? pair & 15 : pair >> 4;
  const upper = (bytes[start + 128 + half * 32 + (within % 32)]! >> (2 * Math.floor(within / 32))) & 3;
  return low | (upper << 4);
}

/**
 * Q6_K: per 256 weights 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed scales (one per 16 weights) and
 * d (f16); w = d·scale·(q − 32).
 *
 * Each half of 128 weights has 64 bytes of nibbles (the low ones: elements 0–63, the high ones: 64–127) and 32 bytes
 * of bit pairs (byte l: elements l, l + 32, l + 64 and l + 96, from the low end up).
 */
export function dequantizeQ6K(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * BYTES;
    const scale = view.getInt8(start + 192 + Math.floor((i % 256) / 16));
    weights[i] = halfToNumber(view.getUint16(start + 208, true)) * scale * (code(bytes, i) - 32);
  }
  return weights;
}

/** A row of file blocks → its planes, see `q6-k.wgsl`. */
export function packQ6K(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  for (let group = 0; group < row.length / BYTES; group++) {
    const groupScales = scales.subarray(group * 84, group * 84 + 84);
    for (let element = 0; element < 256; element++) {
      const q = code(row, group * 256 + element);
      putNibble(quants, group * 256 + element, q);
      putPair(groupScales, element, q >> 4);
    }
    groupScales.set(row.subarray(group * BYTES + 192, (group + 1) * BYTES), 64);
  }
}
