/** Numbers in 16 bits, for tests that write tensor data. Node 20 has no Float16Array. */

const view = new DataView(new ArrayBuffer(4));

/**
 * The IEEE 754 binary16 bits of a number, rounded to the nearest, ties to even.
 * Magnitudes from 65,520 up become infinite; below 2⁻²⁵ they become zero.
 */
export function halfBits(value: number): number {
  const sign = Object.is(value, -0) || value < 0 ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65_520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  // A mantissa that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + roundToEven((magnitude / 2 ** exponent - 1) * 1024));
}

/** The bfloat16 bits of a number: the upper half of its float32 bits, rounded to the nearest, ties to even. */
export function bfloatBits(value: number): number {
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
