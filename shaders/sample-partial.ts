/** Draws the next token, first half: the best candidate of each part of the vocabulary. */
import { constants, directives, rowStride, sampledRows, STEP_WGSL, type Kernel } from './kernel.ts';
import { SAMPLER_WGSL } from './sampler.ts';
import text from './sample-partial.wgsl?raw';
import argmaxSubgroup from './snippets/argmax-subgroup.wgsl?raw';
import argmaxThread from './snippets/argmax-thread.wgsl?raw';
import argmaxWorkgroup from './snippets/argmax-workgroup.wgsl?raw';
import finite from './snippets/finite.wgsl?raw';
import orderedKey from './snippets/ordered-key.wgsl?raw';

/** Size of the logits and number of parts. */
export interface SamplePartialShape {
  readonly vocabularySize: number;
  /** Parts of the vocabulary, each with one candidate in `partials`; 256 suits every device. */
  readonly groups: number;
}

/** How the lanes of one part agree on the best candidate, for each reduction. */
export const ARGMAX_SNIPPETS = { thread: argmaxThread, workgroup: argmaxWorkgroup, subgroup: argmaxSubgroup } as const;

const WORKGROUP_SIZE = 64;

/**
 * `logits` (sampled rows, vocabularySize padded to a multiple of 32), `threshold` (sampled rows), `partials` (sampled rows, groups) of (ordered key of the score, token id). The score is
 * logit / temperature + Gumbel noise, so that the largest is a draw from the softmax (Gumbel 1954; Maddison and others
 * 2014); the noise hangs on seed, position and token only. Temperature 0: the logit itself, ties to the lowest id.
 */
export const samplePartial: Kernel<SamplePartialShape> = {
  name: 'sample-partial',
  bindings: [
    { name: 'logits', access: 'read' },
    { name: 'threshold', access: 'read' },
    { name: 'partials', access: 'read_write' },
    { name: 'sampler', access: 'uniform' },
    { name: 'step', access: 'uniform' },
  ],
  source: (_shape, { reduction }) =>
    directives({ real: 'f32', reduction }) +
    STEP_WGSL +
    SAMPLER_WGSL +
    constants({ WORKGROUP_SIZE, LANES: reduction === 'thread' ? 1 : WORKGROUP_SIZE }) +
    finite +
    orderedKey +
    ARGMAX_SNIPPETS[reduction] +
    text,
  overrides: ({ vocabularySize, groups }) => ({
    VOCABULARY_SIZE: vocabularySize,
    LOGITS_STRIDE: rowStride(vocabularySize),
    GROUPS: groups,
  }),
  workgroups: ({ groups }, { reduction }, extent) => [
    reduction === 'thread' ? Math.ceil(groups / WORKGROUP_SIZE) : groups,
    sampledRows(extent),
    1,
  ],
};
