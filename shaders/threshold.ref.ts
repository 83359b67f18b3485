/** What `threshold` computes: a sort and plain sums in f64. */
import type { SamplerSettings } from './sampler.ts';

/** What takes part in the order: no NaN, no infinities, no −0. */
function finite(logit: number): number {
  return Number.isNaN(logit) ? -3.4e38 : Math.min(3.4e38, Math.max(-3.4e38, logit)) + 0;
}

/** The least logit that survives top-k, top-p and min-p; −3.4e38 where nothing is cut. */
export function thresholdReference(logits: ArrayLike<number>, sampler: SamplerSettings): number {
  const { temperature, topK, topP, minP } = sampler;
  let cut = -3.4e38;
  if (temperature <= 0) return cut;
  const sorted = Float64Array.from(logits, finite).sort().reverse();
  const peak = sorted[0]!;
  if (topK > 0 && topK < sorted.length) cut = sorted[topK - 1]!;
  if (topP < 1) {
    const weights = sorted.filter((logit) => logit >= cut).map((logit) => Math.exp(logit - peak));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    for (const [index, weight] of weights.entries()) {
      sum += weight;
      if (sum >= topP * total) {
        cut = sorted[index]!;
        break;
      }
    }
  }
  return minP > 0 ? Math.max(cut, peak + Math.log(minP)) : cut;
}
