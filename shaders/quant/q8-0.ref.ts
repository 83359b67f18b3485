import { halfToNumber } from './half.ts';

/** Q8_0: per 32 weights a scale d (f16) and 32 signed bytes; w = d·q. */
export function dequantizeQ80(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const start = Math.floor(i / 32) * 34;
    weights[i] = halfToNumber(view.getUint16(start, true)) * view.getInt8(start + 2 + (i % 32));
  }
  return weights;
}

/** A row of file blocks → its planes, see `q8-0.wgsl`. */
export function packQ80(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  for (let block = 0; block < row.length / 34; block++) {
    const start = block * 34;
    scales.set(row.subarray(start, start + 2), block * 2);
    quants.set(row.subarray(start + 2, start + 34), block * 32);
  }
}
