/** Makes tokens of the recent past less likely: repetition, frequency and presence penalties on the logits, in place. */
import { STEP_WGSL, type Kernel } from './kernel.ts';
import text from './penalize.wgsl?raw';
import { MAX_PENALTY_WINDOW, SAMPLER_WGSL } from './sampler.ts';

/** Size of the logits. */
export interface PenalizeShape {
  readonly vocabularySize: number;
}

/** `tokens` (by position in the sequence); `logits` (vocabularySize), of the step's last token. */
export const penalize: Kernel<PenalizeShape> = {
  name: 'penalize',
  bindings: [
    { name: 'tokens', access: 'read' },
    { name: 'logits', access: 'read_write' },
    { name: 'sampler', access: 'uniform' },
    { name: 'step', access: 'uniform' },
  ],
  source: () => STEP_WGSL + SAMPLER_WGSL + text,
  overrides: ({ vocabularySize }) => ({ VOCABULARY_SIZE: vocabularySize, MAX_WINDOW: MAX_PENALTY_WINDOW }),
  workgroups: () => [1, 1, 1],
};
