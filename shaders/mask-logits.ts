/** Takes from the choice what an answer's form does not allow, in place. */
import { constants, type Kernel } from './kernel.ts';
import text from './mask-logits.wgsl?raw';
import finite from './snippets/finite.wgsl?raw';

/** Size of the logits. */
export interface MaskLogitsShape {
  readonly vocabularySize: number;
}

const WORKGROUP_SIZE = 256;

/**
 * `mask` (⌈vocabularySize / 32⌉) u32, a bit for each token; `logits` (1, vocabularySize). It comes behind `penalize`, which
 * could bring back what is −3.4e38, and before `threshold` and `sample-partial`, which take that for −∞.
 */
export const maskLogits: Kernel<MaskLogitsShape> = {
  name: 'mask-logits',
  bindings: [
    { name: 'mask', access: 'read' },
    { name: 'logits', access: 'read_write' },
  ],
  source: () => constants({ WORKGROUP_SIZE }) + finite + text,
  overrides: ({ vocabularySize }) => ({ VOCABULARY_SIZE: vocabularySize }),
  workgroups: ({ vocabularySize }) => [Math.ceil(vocabularySize / WORKGROUP_SIZE), 1, 1],
};
