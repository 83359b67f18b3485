/** What `attention-combine` computes: plain loops in f64. */
import type { AttentionCombineShape } from './attention-combine.ts';

/** The rows (tokens, outputStride) from `partials` (tokens, heads, splits, headDim + 2); padding is 0. */
export function attentionCombineReference(
  { heads, headDim, splitLength, outputStride }: AttentionCombineShape,
  partials: ArrayLike<number>,
  position: number,
  tokens: number,
): Float64Array {
  const splits = Math.ceil((position + tokens) / splitLength);
  const row = headDim + 2;
  const output = new Float64Array(tokens * outputStride);
  for (let token = 0; token < tokens; token++)
    for (let head = 0; head < heads; head++) {
      const starts = Array.from({ length: splits }, (_, split) => ((token * heads + head) * splits + split) * row);
      const peak = Math.max(...starts.map((start) => partials[start + headDim]!));
      const weights = starts.map((start) => Math.exp(partials[start + headDim]! - peak));
      let total = 0;
      for (const [split, start] of starts.entries()) total += weights[split]! * partials[start + headDim + 1]!;
      for (let dim = 0; dim < headDim; dim++) {
        let sum = 0;
        for (const [split, start] of starts.entries()) sum += weights[split]! * partials[start + dim]!;
        output[token * outputStride + head * headDim + dim] = sum / total;
      }
    }
  return output;
}
