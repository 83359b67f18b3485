/** Makes tokens of the recent past less likely: repetition, frequency and presence penalties on the logits, in place. */
import { rowStride, sampledRows, STEP_WGSL, type Kernel } from './kernel.ts';
import text from './penalize.wgsl?raw';
import { MAX_PENALTY_WINDOW, SAMPLER_WGSL } from './sampler.ts';

/** Size of the logits. */
export interface PenalizeShape {
  readonly vocabularySize: number;
}

/** `tokens` (by position in the sequence); `logits` (sampled rows, vocabularySize padded to a multiple of 32), each penalised for what stands before its own place. */
export const penalize: Kernel<PenalizeShape> = {
  name: 'penalize',
  bindings: [
    { name: 'tokens', access: 'read' },
    { name: 'logits', access: 'read_write' },
    { name: 'sampler', access: 'uniform' },
    { name: 'step', access: 'uniform' },
  ],
  source: () => STEP_WGSL + SAMPLER_WGSL + text,
  overrides: ({ vocabularySize }) => ({
    VOCABULARY_SIZE: vocabularySize,
    LOGITS_STRIDE: rowStride(vocabularySize),
    MAX_WINDOW: MAX_PENALTY_WINDOW,
  }),
  workgroups: (_shape, _variant, extent) => [1, sampledRows(extent), 1],
};
