/** What `head-norm` computes: plain loops in f64. */
import type { HeadNormShape } from './head-norm.ts';

/** Norms the segments of x (tokens, stride) in place; weight (query length), then (key length). */
export function headNormReference(
  { queries, keys, stride, epsilon }: HeadNormShape,
  x: Float64Array,
  weight: ArrayLike<number>,
  tokens: number,
): void {
  for (let token = 0; token < tokens; token++) {
    let start = token * stride;
    for (const { count, length, firstWeight } of [
      { ...queries, firstWeight: 0 },
      { ...keys, firstWeight: queries.length },
    ]) {
      for (let segment = 0; segment < count; segment++, start += length) {
        let squares = 0;
        for (let i = 0; i < length; i++) squares += x[start + i]! ** 2;
        const scale = 1 / Math.sqrt(squares / length + epsilon);
        for (let i = 0; i < length; i++) x[start + i]! *= scale * weight[firstWeight + i]!;
      }
    }
  }
}
