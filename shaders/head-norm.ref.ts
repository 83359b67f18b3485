/** What `head-norm` computes: plain loops in f64. */
import type { HeadNormShape } from './head-norm.ts';

/** Norms the segments of x (tokens, stride) in place; weight ([queries,] query length), then ([keys,] key length). */
export function headNormReference(
  { queries, keys, stride, epsilon, kind = 'rms', ownWeights = false }: HeadNormShape,
  x: Float64Array,
  weight: ArrayLike<number>,
  tokens: number,
): void {
  for (let token = 0; token < tokens; token++) {
    let start = token * stride;
    let firstWeight = 0;
    for (const { count, length } of [queries, keys]) {
      for (let segment = 0; segment < count; segment++, start += length) {
        const values = x.subarray(start, start + length);
        const mean = kind === 'rms' ? 0 : values.reduce((sum, value) => sum + value, 0) / length;
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        const scale = 1 / Math.sqrt(squares / length + epsilon);
        for (let i = 0; i < length; i++) values[i] = (values[i]! - mean) * scale * weight[firstWeight + i]!;
        if (ownWeights) firstWeight += length;
      }
      if (!ownWeights) firstWeight += length;
    }
  }
}
