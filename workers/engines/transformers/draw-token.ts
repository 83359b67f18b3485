/** Draws a token from logits on the CPU, by the definitions of our sampling kernels: the same seed gives the same token. */
import { penalizeReference } from '../../../shaders/penalize.ref.ts';
import { sampleFinalReference } from '../../../shaders/sample-final.ref.ts';
import { samplePartialReference } from '../../../shaders/sample-partial.ref.ts';
import { thresholdReference } from '../../../shaders/threshold.ref.ts';
import type { SamplerSettings } from '../../protocol/engine.ts';

/**
 * The next token behind `sequence`, every id so far; `undefined` where no logit is a number.
 *
 * @param logits before any sampler (vocabulary)
 */
export function drawToken(
  logits: Float32Array,
  sequence: readonly number[],
  sampler: SamplerSettings,
): number | undefined {
  const penalized = penalizeReference(logits, sequence, sampler);
  const shape = { vocabularySize: logits.length, groups: 1 };
  const threshold = thresholdReference(penalized, sampler);
  return sampleFinalReference(samplePartialReference(shape, penalized, threshold, sampler, sequence.length));
}
