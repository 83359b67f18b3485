/** Joins the splits that `attention` left and normalises: the second half of flash decoding. */
import type { AttentionSizes } from './attention.ts';
import { spread, STEP_WGSL, type Kernel } from './kernel.ts';
import { splitOverrides, type SplitShape } from './splits.ts';
import text from './attention-combine.wgsl?raw';
import splits from './snippets/splits.wgsl?raw';

/** Sizes of the partial results and of the output's rows. */
export interface AttentionCombineShape extends SplitShape, Pick<AttentionSizes, 'heads' | 'headDim'> {
  /** Floats between two rows of `output`. */
  readonly outputStride: number;
  /** Whether each head has a sink: one score more, which takes its share and adds nothing (Xiao and others 2023; gpt-oss). */
  readonly sinks: boolean;
}

const WORKGROUP_SIZE = 64;

/**
 * `partials` (tokens, heads, splits of this step, headDim + 2) as `attention` writes it; `sinks` (heads), or
 * anything where there are none; `output` (tokens, outputStride), a row being (heads, headDim). The padding of a row is left as it is.
 */
export const attentionCombine: Kernel<AttentionCombineShape> = {
  name: 'attention-combine',
  bindings: [
    { name: 'partials', access: 'read' },
    { name: 'sinks', access: 'read' },
    { name: 'output', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: () => STEP_WGSL + splits + text,
  overrides: ({ heads, headDim, outputStride, sinks, ...splitShape }) => ({
    WORKGROUP_SIZE,
    HEADS: heads,
    HEAD_DIM: headDim,
    ...splitOverrides(splitShape),
    OUTPUT_STRIDE: outputStride,
    SINKS: Number(sinks),
  }),
  workgroups: ({ heads, headDim }, _variant, { tokens }) => [
    ...spread(Math.ceil((tokens * heads * headDim) / WORKGROUP_SIZE)),
    1,
  ],
};
