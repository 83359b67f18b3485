import { halfToNumber } from './half.ts';
import { packQ40 } from './q4-0.ref.ts';

const BYTES = 18;

/** What the sixteen codes of IQ4_NL and IQ4_XS stand for, closer together near zero. Source: ggml's `kvalues_iq4nl`. */
export const IQ4_VALUES: readonly number[] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/**
 * IQ4_NL: per 32 weights a scale d (f16) and 16 bytes; byte j holds element j (low nibble) and j + 16;
 * w = d·IQ4_VALUES[q].
 */
export function dequantizeIQ4NL(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 32) * BYTES;
    const pair = view.getUint8(start + 2 + (i % 16));
    const q = i % 32 < 16 ? pair & 15 : pair >> 4;
    weights[i] = halfToNumber(view.getUint16(start, true)) * IQ4_VALUES[q]!;
  }
  return weights;
}

/** A row of file blocks → its planes, see `iq4-nl.wgsl`: they lie as in Q4_0, only their codes stand for other values. */
export const packIQ4NL = packQ40;
