/** What `penalize` computes: plain loops in f64. */
import { MAX_PENALTY_WINDOW, type SamplerSettings } from './sampler.ts';

/** The logits after the penalties for the tokens at the end of `sequence` (every token up to and with the last one). */
export function penalizeReference(
  logits: ArrayLike<number>,
  sequence: readonly number[],
  sampler: SamplerSettings,
): Float64Array {
  const changed = Float64Array.from(logits);
  const window = Math.min(sampler.penaltyWindow, MAX_PENALTY_WINDOW, sequence.length);
  const occurrences = new Map<number, number>();
  for (const token of sequence.slice(sequence.length - window))
    occurrences.set(token, (occurrences.get(token) ?? 0) + 1);
  for (const [token, count] of occurrences) {
    if (token >= changed.length) continue;
    const logit = changed[token]!;
    const repeated = logit > 0 ? logit / sampler.repetitionPenalty : logit * sampler.repetitionPenalty;
    changed[token] = repeated - count * sampler.frequencyPenalty - sampler.presencePenalty;
  }
  return changed;
}
