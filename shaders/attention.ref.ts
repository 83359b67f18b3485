/** What `attention` computes: plain loops in f64, the maximum found before the sum. */
import { cachePlace } from './cache-layout.ts';
import type { AttentionShape } from './attention.ts';
import { splitsOf } from './splits.ts';

/** What `attention` reads: `qkv` (tokens, stride), caches laid out as `cache-layout.ts` says. */
export interface AttentionData {
  readonly qkv: ArrayLike<number>;
  readonly kCache: ArrayLike<number>;
  readonly vCache: ArrayLike<number>;
}

/** Σ exp(s − m)·v, m and Σ exp(s − m) over the positions from `first` up to but without `end`: (headDim + 2). */
function attend(
  shape: AttentionShape,
  { qkv, kCache, vCache }: AttentionData,
  token: number,
  head: number,
  first: number,
  end: number,
): Float64Array {
  const { heads, kvHeads, headDim, stride, scale, softcap } = shape;
  const result = new Float64Array(headDim + 2);
  const kvHead = Math.floor(head / (heads / kvHeads));
  const cached = (position: number): number => cachePlace(position, kvHead, kvHeads) * headDim;
  const scores: number[] = [];
  for (let position = first; position < end; position++) {
    let dot = 0;
    for (let dim = 0; dim < headDim; dim++)
      dot += qkv[token * stride + head * headDim + dim]! * kCache[cached(position) + dim]!;
    scores.push(softcap === undefined ? scale * dot : softcap * Math.tanh((scale * dot) / softcap));
  }
  const peak = Math.max(-3.4e38, ...scores);
  for (const [index, score] of scores.entries()) {
    const weight = Math.exp(score - peak);
    for (let dim = 0; dim < headDim; dim++) result[dim]! += weight * vCache[cached(first + index) + dim]!;
    result[headDim + 1]! += weight;
  }
  result[headDim] = peak;
  return result;
}

/** The partial results (tokens, heads, splits, headDim + 2) of one step. */
export function attentionReference(
  shape: AttentionShape,
  data: AttentionData,
  position: number,
  tokens: number,
): Float64Array {
  const { heads, headDim, causal = true, window = Infinity } = shape;
  const { first: begin, length, count: splits } = splitsOf(shape, { tokens, kvLength: position + tokens });
  const partials = new Float64Array(tokens * heads * splits * (headDim + 2));
  for (let token = 0; token < tokens; token++)
    for (let head = 0; head < heads; head++)
      for (let split = 0; split < splits; split++) {
        const first = begin + split * length;
        const end = Math.min(first + length, position + (causal ? token + 1 : tokens));
        const start = Math.max(first, position + token + 1 - window);
        partials.set(
          attend(shape, data, token, head, start, end),
          ((token * heads + head) * splits + split) * (headDim + 2),
        );
      }
  return partials;
}
