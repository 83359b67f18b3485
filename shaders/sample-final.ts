/** Draws the next token, second half: the best of the candidates goes into the sequence, and never leaves the GPU. */
import { constants, directives, STEP_WGSL, type Kernel } from './kernel.ts';
import text from './sample-final.wgsl?raw';
import { ARGMAX_SNIPPETS, type SamplePartialShape } from './sample-partial.ts';

/** Number of candidates, as in `sample-partial`. */
export type SampleFinalShape = Pick<SamplePartialShape, 'groups'>;

/**
 * `partials` (groups) of (ordered key, token id); `tokens` (by position): the winner is written at the step's
 * position + tokens, which must lie inside the buffer. Ties go to the lowest id.
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
  workgroups: () => [1, 1, 1],
};
