import { halfToNumber } from './half.ts';

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
    const start = Math.floor(i / 256) * 210;
    const element = i % 256;
    const half = Math.floor(element / 128);
    const within = element % 128;
    const pair = view.getUint8(start + half * 64 + (within % 64));
    const low = within < 64 ? pair & 15 : pair >> 4;
    const upper = (view.getUint8(start + 128 + half * 32 + (within % 32)) >> (2 * Math.floor(within / 32))) & 3;
    const scale = view.getInt8(start + 192 + Math.floor(element / 16));
    weights[i] = halfToNumber(view.getUint16(start + 208, true)) * scale * ((low | (upper << 4)) - 32);
  }
  return weights;
}
