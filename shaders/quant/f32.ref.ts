/** F32: four bytes a weight, little-endian. */
export function dequantizeF32(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: elements }, (_, i) => view.getFloat32(4 * i, true));
}
