/** RMS or layer norm of queries and keys before they turn, of each head or of all heads at once (Henry and others 2020). */
import { constants, directives, STEP_WGSL } from './kernel.ts';
import type { Kernel, Variant } from './kernel.ts';
import { reduceSnippet } from './snippets/reduce.ts';
import text from './head-norm.wgsl?raw';

/** Segments that are normed each by itself: so many of such a length. */
export interface NormSegments {
  readonly count: number;
  readonly length: number;
}

/** What lies at the start of a row: [query segments | key segments]; what follows is left alone. */
export interface HeadNormShape {
  readonly queries: NormSegments;
  readonly keys: NormSegments;
  /** Floats between two rows. */
  readonly stride: number;
  /** Added to the mean of the squares. */
  readonly epsilon: number;
  /** `rms` (default), or `layer`: the mean is taken away first. Without biases. */
  readonly kind?: 'rms' | 'layer';
  /** Whether each segment has weights of its own; default: all of the queries share theirs, and so do all of the keys. */
  readonly ownWeights?: boolean;
}

const LANES = 64;
const lanesOf = (variant: Variant): number => (variant.reduction === 'thread' ? 1 : LANES);

/**
 * x[t, segment] ← (x[t, segment] − m) / √(mean((x[t, segment] − m)²) + ε) · weight, where m is 0 or the mean; weight
 * ([queries,] query length), then ([keys,] key length).
 */
export const headNorm: Kernel<HeadNormShape> = {
  name: 'head-norm',
  bindings: [
    { name: 'x', access: 'read_write' },
    { name: 'weight', access: 'read' },
    { name: 'step', access: 'uniform' },
  ],
  source: (_shape, variant) =>
    directives({ real: 'f32', reduction: variant.reduction }) +
    constants({ LANES: lanesOf(variant) }) +
    STEP_WGSL +
    reduceSnippet(variant.reduction, 'f32') +
    text,
  overrides: ({ queries, keys, stride, epsilon, kind = 'rms', ownWeights = false }) => ({
    QUERIES: queries.count,
    QUERY_LENGTH: queries.length,
    KEY_LENGTH: keys.length,
    STRIDE: stride,
    EPSILON: epsilon,
    CENTERED: kind === 'layer' ? 1 : 0,
    OWN_WEIGHTS: ownWeights ? 1 : 0,
  }),
  workgroups: ({ queries, keys }, _variant, { tokens }) => [queries.count + keys.count, tokens, 1],
};
