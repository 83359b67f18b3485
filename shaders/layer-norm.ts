/** Layer norm (Ba, Kiros and Hinton 2016) with a weight and a bias per channel. */
import { constants, directives, rowStride, STEP_WGSL } from './kernel.ts';
import type { Kernel, Variant } from './kernel.ts';
import { reduceSnippet } from './snippets/reduce.ts';
import text from './layer-norm.wgsl?raw';

/** One norm. */
export interface LayerNormShape {
  readonly dim: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

const LANES = 128;
const lanesOf = (variant: Variant): number => (variant.reduction === 'thread' ? 1 : LANES);

/** y[t, :] = (x[t, :] − mean) / √(variance + ε) · weight + bias; rows of `rowStride(dim)` floats, whose padding stays. */
export const layerNorm: Kernel<LayerNormShape> = {
  name: 'layer-norm',
  bindings: [
    { name: 'x', access: 'read' },
    { name: 'weight', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: ({ dim }, variant) =>
    directives({ real: 'f32', reduction: variant.reduction }) +
    constants({ DIM: dim, STRIDE: rowStride(dim), LANES: lanesOf(variant) }) +
    STEP_WGSL +
    reduceSnippet(variant.reduction, 'f32') +
    text,
  overrides: ({ epsilon }) => ({ EPSILON: epsilon }),
  workgroups: (_shape, _variant, { tokens }) => [tokens, 1, 1],
};
