import { halfToNumber } from './half.ts';

/**
 * Q4_K: per 256 weights d and dmin (f16), eight 6-bit scales and eight 6-bit minima in 12 bytes, 128 bytes of nibbles;
 * each 32 bytes hold 64 elements, the low nibbles first. w = d·scale·q − dmin·minimum.
 *
 * Scale and minimum of the blocks 0–3 are the low six bits of bytes 0–3 and 4–7; those of 4–7 take their low four bits
 * from bytes 8–11 (low nibble: scale) and their upper two from the top of bytes 0–3 and 4–7.
 */
export function dequantizeQ4K(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 256) * 144;
    const block = Math.floor((i % 256) / 32);
    const packed = (index: number): number => view.getUint8(start + 4 + index);
    const scale = block < 4 ? packed(block) & 63 : (packed(block + 4) & 15) | ((packed(block - 4) >> 6) << 4);
    const minimum = block < 4 ? packed(block + 4) & 63 : (packed(block + 4) >> 4) | ((packed(block) >> 6) << 4);
    const pair = view.getUint8(start + 16 + Math.floor(block / 2) * 32 + (i % 32));
    const q = block % 2 === 0 ? pair & 15 : pair >> 4;
    const d = halfToNumber(view.getUint16(start, true));
    const dmin = halfToNumber(view.getUint16(start + 2, true));
    weights[i] = d * scale * q - dmin * minimum;
  }
  return weights;
}
