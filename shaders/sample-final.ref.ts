/** What `sample-final` computes: a plain loop. */
import type { Candidate } from './sample-partial.ref.ts';

/** The token with the best score, the lowest id among equals; `undefined` where there is no candidate at all. */
export function sampleFinalReference(candidates: readonly Candidate[]): number | undefined {
  let best: Candidate = null;
  for (const candidate of candidates) {
    if (candidate === null) continue;
    const better = best === null || candidate.score > best.score;
    if (better || (candidate.score === best?.score && candidate.token < best.token)) best = candidate;
  }
  return best?.token;
}
