/** What `attention-combine` computes: plain loops in f64. */
import type { AttentionCombineShape } from './attention-combine.ts';
import { splitsOf } from './splits.ts';

/** The rows (tokens, outputStride) from `partials` (tokens, heads, splits, headDim + 2) and sinks (heads); padding is 0. */
export function attentionCombineReference(
  shape: AttentionCombineShape,
  partials: ArrayLike<number>,
  position: number,
  tokens: number,
  sinks: ArrayLike<number> = [],
): Float64Array {
  const { heads, headDim, outputStride, sinks: hasSinks } = shape;
  const { count: splits } = splitsOf(shape, { tokens, kvLength: position + tokens });
  const row = headDim + 2;
  const output = new Float64Array(tokens * outputStride);
  for (let token = 0; token < tokens; token++)
    for (let head = 0; head < heads; head++) {
      const starts = Array.from({ length: splits }, (_, split) => ((token * heads + head) * splits + split) * row);
      const sink = hasSinks ? sinks[head]! : -Infinity;
      const peak = Math.max(sink, ...starts.map((start) => partials[start + headDim]!));
      const weights = starts.map((start) => Math.exp(partials[start + headDim]! - peak));
      let total = Math.exp(sink - peak);
      for (const [split, start] of starts.entries()) total += weights[split]! * partials[start + headDim + 1]!;
      for (let dim = 0; dim < headDim; dim++) {
        let sum = 0;
        for (const [split, start] of starts.entries()) sum += weights[split]! * partials[start + dim]!;
        output[token * outputStride + head * headDim + dim] = sum / total;
      }
    }
  return output;
}
