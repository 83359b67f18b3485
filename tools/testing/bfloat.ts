/** Numbers in bfloat16, for tests that write tensor data. */

const view = new DataView(new ArrayBuffer(4));

/** The bfloat16 bits of a number: the upper half of its float32 bits, rounded to the nearest, ties to even. */
export function bfloatBits(value: number): number {
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
