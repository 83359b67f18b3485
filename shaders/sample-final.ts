/** Draws the next token, second half: the best of the candidates goes into the sequence, and never leaves the GPU. */
import { constants, directives, sampledRows, STEP_WGSL, type Kernel } from './kernel.ts';
import text from './sample-final.wgsl?raw';
import { ARGMAX_SNIPPETS, type SamplePartialShape } from './sample-partial.ts';

/** Number of candidates, as in `sample-partial`. */
export type SampleFinalShape = Pick<SamplePartialShape, 'groups'>;

/**
 * `partials` (sampled rows, groups) of (ordered key, token id); `tokens` (by position): the winner of the last row is
 * written at the step's position + tokens, which must lie inside the buffer, those of earlier rows before it, over the
 * drafts. Ties go to the lowest id.
 */
export const sampleFinal: Kernel<SampleFinalShape> = {
  name: 'sample-final',
  bindings: [
    { name: 'partials', access: 'read' },
    { name: 'tokens', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (_shape, { reduction }) =>
    directives({ real: 'f32', reduction }) +
    STEP_WGSL +
    constants({ LANES: reduction === 'thread' ? 1 : 64 }) +
    ARGMAX_SNIPPETS[reduction] +
    text,
  overrides: ({ groups }) => ({ GROUPS: groups }),
  workgroups: (_shape, _variant, extent) => [1, sampledRows(extent), 1],
};
