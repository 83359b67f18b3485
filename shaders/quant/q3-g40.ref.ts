import { halfToNumber } from './half.ts';

const BYTES = 16;

/** The code of element i of a block that begins at `start`. */
function code(bytes: Uint8Array, start: number, i: number): number {
  const pair = (bytes[start + Math.floor(i / 16) * 4 + (i % 4)]! >> (2 * Math.floor((i % 16) / 4))) & 3;
  const upper = (bytes[start + 8 + (i % 4)]! >> Math.floor(i / 4)) & 1;
  return pair | (upper << 2);
}

/**
 * Q3_G40: per 32 weights 8 bytes of bit pairs, 4 bytes of upper bits and two scales (f16); w = d·(q − 4). Scales are
 * magnitudes: their sign bits, that of the second counting twice, say how many runs of eight the first is for besides the
 * first run. No file has such blocks: it is how weights of MLC's q3f16_1 are read, whose groups of 40 end within them.
 */
export function dequantizeQ3G40(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 32) * BYTES;
    const d = [12, 14].map((at) => view.getUint16(start + at, true));
    const runs = 1 + (d[0]! >> 15) + 2 * (d[1]! >> 15);
    const run = Math.floor((i % 32) / 8);
    weights[i] = halfToNumber(d[run < runs ? 0 : 1]! & 0x7fff) * (code(bytes, start, i % 32) - 4);
  }
  return weights;
}
