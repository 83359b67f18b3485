import { halfToNumber } from './half.ts';

/** Q4_0: per 32 weights a scale d (f16) and 16 bytes; byte j holds element j (low nibble) and j + 16; w = d·(q − 8). */
export function dequantizeQ40(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 32) * 18;
    const j = i % 32;
    const pair = view.getUint8(start + 2 + (j % 16));
    const q = j < 16 ? pair & 15 : pair >> 4;
    weights[i] = halfToNumber(view.getUint16(start, true)) * (q - 8);
  }
  return weights;
}
