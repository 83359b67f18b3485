/** Numbers as a kernel's `real` stores them, so that a reference can start from exactly what the GPU reads. */
import type { Variant } from '../../shaders/kernel.ts';
import { halfBits, halfToNumber } from '../../shaders/quant/half.ts';
import { seededRandom, type BufferData } from './run-kernel.ts';

/** The values of a buffer of `real`, as a binding holds them. */
export function toReal(values: ArrayLike<number>, real: Variant['real']): BufferData {
  return real === 'f16' ? Uint16Array.from(values, halfBits) : Float32Array.from(values);
}

/** The numbers in a buffer of `real` that a kernel left. */
export function fromReal(buffer: ArrayBuffer, real: Variant['real']): Float64Array {
  return real === 'f16'
    ? Float64Array.from(new Uint16Array(buffer), halfToNumber)
    : Float64Array.from(new Float32Array(buffer));
}

/** Numbers rounded to what `real` can hold. */
export function roundToReal(values: ArrayLike<number>, real: Variant['real']): Float64Array {
  return Float64Array.from(values, (value) => (real === 'f16' ? halfToNumber(halfBits(value)) : Math.fround(value)));
}

/** Seeded uniform numbers in [−size, size) that an f32 holds exactly. */
export function randomValues(length: number, seed: number, size = 1): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => Math.fround(size * random()));
}
