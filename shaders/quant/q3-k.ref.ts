import { halfToNumber } from './half.ts';
import { putBit, putPair } from './pack.ref.ts';

const BYTES = 110;

function code(bytes: Uint8Array, i: number): number {
  const start = Math.floor(i / 256) * BYTES;
  const element = i % 256;
  const upper = (bytes[start + (i % 32)]! >> Math.floor(element / 32)) & 1;
  const pairs = bytes[start + 32 + Math.floor(element / 128) * 32 + (i % 32)]!;
  return (upper << 2) | ((pairs >> (2 * Math.floor((i % 128) / 32))) & 3);
}

/** The h-th of sixteen scales: four bits in a nibble of bytes 0–7, low nibbles first, two in a pair of bytes 8–11. */
function scaleOf(packed: Uint8Array, h: number): number {
  const low = h < 8 ? packed[h]! & 15 : packed[h - 8]! >> 4;
  const upper = (packed[8 + (h % 4)]! >> (2 * Math.floor(h / 4))) & 3;
  return low | (upper << 4);
}

/**
 * Q3_K: per 256 weights 32 bytes of upper bits (bit s of byte l: element l of block s), 64 bytes of bit pairs, sixteen
 * 6-bit scales (one per 16 weights) in 12 bytes and d (f16); each half of 128 weights has 32 bytes of pairs (byte l:
 * elements l, l + 32, l + 64 and l + 96, from the low end up). w = d·(scale − 32)·(q − 4).
 */
export function dequantizeQ3K(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * BYTES;
    const scale = scaleOf(bytes.subarray(start + 96, start + 108), Math.floor((i % 256) / 16));
    weights[i] = halfToNumber(view.getUint16(start + 108, true)) * (scale - 32) * (code(bytes, i) - 4);
  }
  return weights;
}

/** A row of file blocks → its planes, see `q3-k.wgsl`. */
export function packQ3K(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  for (let group = 0; group < row.length / BYTES; group++) {
    const groupScales = scales.subarray(group * 48, group * 48 + 48);
    for (let element = 0; element < 256; element++) {
      const q = code(row, group * 256 + element);
      putPair(quants, group * 256 + element, q);
      putBit(groupScales, element, q >> 2);
    }
    groupScales.set(row.subarray(group * BYTES + 96, (group + 1) * BYTES), 32);
  }
}
