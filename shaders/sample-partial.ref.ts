/** What `sample-partial` computes: plain loops in f64, the random bits in u32. */
import type { SamplePartialShape } from './sample-partial.ts';
import type { SamplerSettings } from './sampler.ts';

/** A group's best token and its score; `null` where no token of the group survived, as NaN and −∞ never do. */
export type Candidate = { readonly score: number; readonly token: number } | null;

/** First component of pcg3d (Jarzynski and Olano 2020). */
export function pcg3d(a: number, b: number, c: number): number {
  let [x, y, z] = [a, b, c].map((value) => Math.imul(value, 1664525) + 1013904223) as [number, number, number];
  x += Math.imul(y, z);
  y += Math.imul(z, x);
  z += Math.imul(x, y);
  [x, y, z] = [x ^ (x >>> 16), y ^ (y >>> 16), z ^ (z >>> 16)];
  return (x + Math.imul(y, z)) >>> 0;
}

/** Each group's best token for the place `position` of the sequence. */
export function samplePartialReference(
  { vocabularySize, groups }: SamplePartialShape,
  logits: ArrayLike<number>,
  threshold: number,
  { temperature, seed }: SamplerSettings,
  position: number,
): Candidate[] {
  const part = Math.ceil(vocabularySize / groups);
  return Array.from({ length: groups }, (_, group) => {
    let best: Candidate = null;
    for (let token = group * part; token < Math.min((group + 1) * part, vocabularySize); token++) {
      const logit = logits[token]!;
      if (!(logit > -Infinity)) continue;
      if (temperature > 0 && logit < threshold) continue;
      const noise = -Math.log(-Math.log1p(-(pcg3d(seed, position, token) + 0.5) / 2 ** 32));
      const score = temperature > 0 ? logit / temperature + noise : logit;
      if (best === null || score > best.score) best = { score, token };
    }
    return best;
  });
}
