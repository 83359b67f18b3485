import { halfToNumber } from './half.ts';
import { putNibble } from './pack.ref.ts';

const BYTES = 144;

function code(bytes: Uint8Array, i: number): number {
  const block = Math.floor((i % 256) / 32);
  const pair = bytes[Math.floor(i / 256) * BYTES + 16 + Math.floor(block / 2) * 32 + (i % 32)]!;
  return block % 2 === 0 ? pair & 15 : pair >> 4;
}

/**
 * Scale and minimum of a block from the twelve bytes that Q4_K and Q5_K pack eight of both in: those of the blocks 0–3
 * are the low six bits of bytes 0–3 and 4–7; those of 4–7 take their low four bits from bytes 8–11 (low nibble: scale)
 * and their upper two from the top of bytes 0–3 and 4–7.
 */
export function scaleAndMinimum(packed: Uint8Array, block: number): { scale: number; minimum: number } {
  const byte = (index: number): number => packed[index]!;
  if (block < 4) return { scale: byte(block) & 63, minimum: byte(block + 4) & 63 };
  return {
    scale: (byte(block + 4) & 15) | ((byte(block - 4) >> 6) << 4),
    minimum: (byte(block + 4) >> 4) | ((byte(block) >> 6) << 4),
  };
}

/**
 * Q4_K: per 256 weights d and dmin (f16), eight 6-bit scales and eight 6-bit minima in 12 bytes, 128 bytes of nibbles;
 * each 32 bytes hold 64 elements, the low nibbles first. w = d·scale·q − dmin·minimum.
 */
export function dequantizeQ4K(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * BYTES;
    const packed = bytes.subarray(start + 4, start + 16);
    const { scale, minimum } = scaleAndMinimum(packed, Math.floor((i % 256) / 32));
    const d = halfToNumber(view.getUint16(start, true));
    const dmin = halfToNumber(view.getUint16(start + 2, true));
    weights[i] = d * scale * code(bytes, i) - dmin * minimum;
  }
  return weights;
}

/** A row of file blocks → its planes, see `q4-k.wgsl`. */
export function packQ4K(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const groups = row.length / BYTES;
  for (let i = 0; i < groups * 256; i++) putNibble(quants, i, code(row, i));
  for (let group = 0; group < groups; group++) scales.set(row.subarray(group * BYTES, group * BYTES + 16), group * 16);
}
