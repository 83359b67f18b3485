/**
 * Adds what `matvec-deferred` left beside a token's residual stream, for an op that cannot join it on its way. One token.
 */
import { constants, directives, rowStride } from './kernel.ts';
import type { Kernel, Variant } from './kernel.ts';
import { reduceSnippet } from './snippets/reduce.ts';
import text from './settle.wgsl?raw';

/** One stream. */
export interface SettleShape {
  readonly dim: number;
  /** Added to the mean of the addend's squares. */
  readonly epsilon: number;
}

const LANES = 128;
const lanesOf = (variant: Variant): number => (variant.reduction === 'thread' ? 1 : LANES);

/** y[0, :] = x[0, :] + x[1, :] / √(Σ x[2, :] / dim + ε); x (3, stride) with rows of `rowStride(dim)` floats, y a row or more. */
export const settle: Kernel<SettleShape> = {
  name: 'settle',
  bindings: [
    { name: 'x', access: 'read' },
    { name: 'y', access: 'read_write' },
  ],
  source: ({ dim }, variant) =>
    directives({ real: 'f32', reduction: variant.reduction }) +
    constants({ DIM: dim, VECTORS: rowStride(dim) / 4, LANES: lanesOf(variant) }) +
    reduceSnippet(variant.reduction, 'f32') +
    text,
  overrides: ({ epsilon }) => ({ EPSILON: epsilon }),
  workgroups: () => [1, 1, 1],
};
