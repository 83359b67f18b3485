/** Finds the logit at which top-k, top-p and min-p cut, without sorting: one number that `sample-partial` compares with. */
import { rowStride, sampledRows, type Kernel } from './kernel.ts';
import { SAMPLER_WGSL } from './sampler.ts';
import text from './threshold.wgsl?raw';
import finite from './snippets/finite.wgsl?raw';
import orderedKey from './snippets/ordered-key.wgsl?raw';

/** Size of the logits: less than 2¹⁹, for the fixed-point sums. */
export interface ThresholdShape {
  readonly vocabularySize: number;
}

/**
 * `logits` (sampled rows, vocabularySize padded to a multiple of 32); `threshold` (sampled rows): tokens with logit ≥ it survive; −3.4e38 where nothing is cut. Ties at the
 * cut all survive. Probabilities are summed in units of 2⁻²⁶ of the most likely token's, so that no order of the sum can
 * change the cut; that puts top-p off by less than vocabularySize · 2⁻²⁷ of that token's probability.
 */
export const threshold: Kernel<ThresholdShape> = {
  name: 'threshold',
  bindings: [
    { name: 'logits', access: 'read' },
    { name: 'threshold', access: 'read_write' },
    { name: 'sampler', access: 'uniform' },
  ],
  source: () => SAMPLER_WGSL + finite + orderedKey + text,
  overrides: ({ vocabularySize }) => ({ VOCABULARY_SIZE: vocabularySize, LOGITS_STRIDE: rowStride(vocabularySize) }),
  workgroups: (_shape, _variant, extent) => [1, sampledRows(extent), 1],
};
