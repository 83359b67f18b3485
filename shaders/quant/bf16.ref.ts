/** BF16: two bytes a weight, the upper half of a little-endian f32. */
export function dequantizeBf16(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = Uint32Array.from({ length: elements }, (_, i) => view.getUint16(2 * i, true) << 16);
  return new Float32Array(words.buffer);
}
