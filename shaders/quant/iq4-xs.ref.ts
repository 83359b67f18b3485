import { halfToNumber } from './half.ts';
import { IQ4_VALUES } from './iq4-nl.ref.ts';
import { putNibble } from './pack.ref.ts';

const BYTES = 136;

function code(bytes: Uint8Array, i: number): number {
  const pair = bytes[Math.floor(i / 256) * BYTES + 8 + Math.floor((i % 256) / 32) * 16 + (i % 16)]!;
  return i % 32 < 16 ? pair & 15 : pair >> 4;
}

/**
 * IQ4_XS: per 256 weights d (f16), eight 6-bit scales (their upper pairs in 2 bytes, their lower nibbles in 4, from the
 * low end up), 128 bytes of nibbles; each 16 bytes are 32 weights as in IQ4_NL. w = d·(scale − 32)·IQ4_VALUES[q].
 */
export function dequantizeIQ4XS(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * BYTES;
    const block = Math.floor((i % 256) / 32);
    const low = (view.getUint8(start + 4 + Math.floor(block / 2)) >> (4 * (block % 2))) & 15;
    const upper = (view.getUint16(start + 2, true) >> (2 * block)) & 3;
    const scale = low | (upper << 4);
    weights[i] = halfToNumber(view.getUint16(start, true)) * (scale - 32) * IQ4_VALUES[code(bytes, i)]!;
  }
  return weights;
}

/** A row of file blocks → its planes, see `iq4-xs.wgsl`. */
export function packIQ4XS(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const groups = row.length / BYTES;
  for (let i = 0; i < groups * 256; i++) putNibble(quants, i, code(row, i));
  for (let group = 0; group < groups; group++) scales.set(row.subarray(group * BYTES, group * BYTES + 8), group * 8);
}
