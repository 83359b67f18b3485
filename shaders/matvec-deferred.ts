/**
 * The last product of a block whose output is normed before it joins the residual stream (Gemma 2, OLMo 2), for one token:
 * it leaves the addend beside the stream, and whoever reads the stream norms and adds it on the way (`LinearShape.joins`). So
 * the norm costs no dispatch. Refuses a shard that does not begin with an even row.
 */
import { constants } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import { type LinearShape, matvecGrid, matvecSource, multiplyOverrides } from './matvec.ts';
import { quantFormats } from './quant/format.ts';
import text from './matvec-deferred.wgsl?raw';

/** One product, or the shard of its rows that one pair of planes holds; `firstRow` is even. */
export interface DeferredLinearShape extends Pick<
  LinearShape,
  'type' | 'columns' | 'rows' | 'firstRow' | 'inputStride' | 'bias' | 'plan'
> {
  /** Values of the stream; its rows are `outputStride` floats apart. */
  readonly outputDim: number;
  readonly outputStride: number;
  /** Whether the previous stream has an addend, and what is added to the mean of its squares. */
  readonly settles: { readonly epsilon: number } | null;
}

const ONE_TOKEN = { norm: null, lastTokenOnly: false, tokenTile: 1 } as const;

/**
 * y[0] ← previous[0], with its addend; y[1, firstRow + r] ← vᵣ · norm_weight[firstRow + r] with v = W·x + bias;
 * y[2, (firstRow + r) / 2] ← vᵣ² + vᵣ₊₁² of even r; sums in f32. `previous` and y (3, outputStride) are two buffers.
 */
export const matvecDeferred: Kernel<DeferredLinearShape> = {
  name: 'matvec-deferred',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'scales', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'norm_weight', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'previous', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (shape, variant) => {
    if (shape.firstRow % 2 !== 0)
      throw new RangeError(
        `matvec-deferred sums squares of two rows; a shard cannot begin with row ${shape.firstRow}.`,
      );
    const { wgsl, constants: sizes } = quantFormats[shape.type];
    return matvecSource({ ...shape, ...ONE_TOKEN }, variant, text, constants(sizes(shape.columns)) + wgsl, '');
  },
  overrides: (shape) => ({
    ...multiplyOverrides({ ...shape, ...ONE_TOKEN }),
    ROWS: shape.rows,
    FIRST_ROW: shape.firstRow,
    INPUT_STRIDE: shape.inputStride / 32,
    OUTPUT_STRIDE: shape.outputStride,
    OUTPUT_DIM: shape.outputDim,
    BIAS: Number(shape.bias),
    SETTLES: Number(shape.settles !== null),
    SETTLE_EPSILON: shape.settles?.epsilon ?? 0,
  }),
  workgroups: (shape, variant) => matvecGrid({ ...shape, ...ONE_TOKEN }, variant, { tokens: 1, kvLength: 1 }),
};
