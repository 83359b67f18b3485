/** Root-mean-square norm (Zhang and Sennrich, 2019) with a weight per channel. */
import { constants, directives, rowStride, STEP_WGSL } from './kernel.ts';
import type { Kernel, Variant } from './kernel.ts';
import { reduceSnippet } from './snippets/reduce.ts';
import text from './rms-norm.wgsl?raw';

/** One norm. */
export interface RmsNormShape {
  readonly dim: number;
  /** Added to the mean of the squares. */
  readonly epsilon: number;
  /** Adds the normed values to y, as a norm behind a block does with the residual stream. Default: in place of y. */
  readonly add?: boolean;
}

const LANES = 128;
const lanesOf = (variant: Variant): number => (variant.reduction === 'thread' ? 1 : LANES);

/** y[t, :] = (add: y[t, :] +) x[t, :] / √(mean(x[t, :]²) + ε) · weight; rows of `rowStride(dim)` floats, weight padded with zeros to one. */
export const rmsNorm: Kernel<RmsNormShape> = {
  name: 'rms-norm',
  bindings: [
    { name: 'x', access: 'read' },
    { name: 'weight', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: ({ dim }, variant) =>
    directives({ real: 'f32', reduction: variant.reduction }) +
    constants({ DIM: dim, VECTORS: rowStride(dim) / 4, LANES: lanesOf(variant) }) +
    STEP_WGSL +
    reduceSnippet(variant.reduction, 'f32') +
    text,
  overrides: ({ epsilon, add = false }) => ({ EPSILON: epsilon, ADD: Number(add) }),
  workgroups: (_shape, _variant, { tokens }) => [tokens, 1, 1],
};
