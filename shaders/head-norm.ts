/** RMS norm of queries and keys before they turn, of each head or of all heads at once (Henry and others 2020). */
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
}

const LANES = 64;
const lanesOf = (variant: Variant): number => (variant.reduction === 'thread' ? 1 : LANES);

/** x[t, segment] ← x[t, segment] / √(mean(x[t, segment]²) + ε) · weight; weight (query length), then (key length). */
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
  overrides: ({ queries, keys, stride, epsilon }) => ({
    QUERIES: queries.count,
    QUERY_LENGTH: queries.length,
    KEY_LENGTH: keys.length,
    STRIDE: stride,
    EPSILON: epsilon,
  }),
  workgroups: ({ queries, keys }, _variant, { tokens }) => [queries.count + keys.count, tokens, 1],
};
