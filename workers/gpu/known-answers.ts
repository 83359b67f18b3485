/** Numbers that are the same on every device and run, and the bound within which a kernel must compute from them. */
import { EngineError } from '../protocol/errors.ts';

/** Far above rounding (an f16 weight tile measures 6e-8), far below any real fault; normalised mean squared error. */
const TOLERANCE = 1e-6;

/** Small whole numbers from a linear congruence: the same on every device and run. */
export function sequence(length: number, modulus: number): number[] {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % modulus;
  });
}

/** Multiples of 1/1024 in [−1, 1): exact in f16 too. */
export function values(length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(sequence(length, 2048), (value) => value / 1024 - 1);
}

/** Throws `GpuWrongResult` where a kernel's numbers are not those of its definition; `bar` 0 asks for every bit. */
export function compare(
  what: string,
  actual: ArrayLike<number>,
  expected: Float64Array | Uint32Array,
  bar = TOLERANCE,
): void {
  let error = 0;
  let power = 0;
  for (const [i, value] of expected.entries()) {
    error += (actual[i]! - value) ** 2;
    power += value ** 2;
  }
  if (error <= bar * power) return; // false for NaN too
  throw new EngineError('GpuWrongResult', {
    what: `This graphics device computes wrong results (kernel "${what}")`,
    expected: `an error of at most ${bar}`,
    got: error / power,
    remedy: 'Update the browser or the graphics driver, or use another browser on this device.',
  });
}
