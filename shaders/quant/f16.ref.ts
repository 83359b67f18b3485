import { halfToNumber } from './half.ts';

/** F16: two bytes a weight, little-endian binary16. */
export function dequantizeF16(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: elements }, (_, i) => halfToNumber(view.getUint16(2 * i, true)));
}
