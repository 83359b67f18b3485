/** Rotary position embedding of q in place, scaled by its position if need be, and of k into the KV cache, with v beside it. */
import { directives, spread, STEP_WGSL, type Kernel } from './kernel.ts';
import text from './rope.wgsl?raw';
import cachePlace from './snippets/cache-place.wgsl?raw';

/** Sizes of one layer's heads and of its cache. */
export interface RopeShape {
  readonly heads: number;
  readonly kvHeads: number;
  /** Even; attention wants a multiple of 4. */
  readonly headDim: number;
  /** Dimensions of a head that turn, from its start: even, from 0 to `headDim`. The others are copied. */
  readonly rotaryDim: number;
  /** Which dimensions turn together: (2i, 2i + 1), or (i, i + rotaryDim / 2). */
  readonly pairing: 'adjacent' | 'halves';
  /** Floats between two rows of `qkv`. */
  readonly stride: number;
  /** Default: queries only turn. */
  readonly queryScaling?: QueryScaling | undefined;
}

/**
 * Queries times 1 + beta · ln(1 + ⌊position ÷ originalContextLength⌋): attention stays sharp over a longer context than a
 * model was first trained for. Source: Llama 4's `attn_temperature_tuning`.
 */
export interface QueryScaling {
  readonly beta: number;
  /** Tokens, at least 1. */
  readonly originalContextLength: number;
}

const WORKGROUP_SIZE = 64;

/**
 * `qkv` (tokens, stride), a row being [q heads | k heads | v heads]; `table` (positions, rotaryDim / 2) of (cos, sin)
 * from `ropeTable`; `k_cache` and `v_cache` of real, laid out as `cache-layout.ts` says. Su and others 2021, RoFormer.
 */
export const rope: Kernel<RopeShape> = {
  name: 'rope',
  bindings: [
    { name: 'qkv', access: 'read_write' },
    { name: 'table', access: 'read' },
    { name: 'k_cache', access: 'read_write' },
    { name: 'v_cache', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (_shape, { real }) =>
    directives({ real, reduction: 'thread' }) + STEP_WGSL + `alias real = ${real};\n` + cachePlace + text,
  overrides: ({ heads, kvHeads, headDim, rotaryDim, pairing, stride, queryScaling }) => ({
    WORKGROUP_SIZE,
    HEADS: heads,
    KV_HEADS: kvHeads,
    HEAD_DIM: headDim,
    ROTARY_DIM: rotaryDim,
    ADJACENT: pairing === 'adjacent' ? 1 : 0,
    STRIDE: stride,
    QUERY_BETA: queryScaling?.beta ?? 0,
    ORIGINAL_CONTEXT_LENGTH: queryScaling?.originalContextLength ?? 1,
  }),
  workgroups: ({ heads, kvHeads, headDim }, _variant, { tokens }) => [
    ...spread(Math.ceil((tokens * (heads + 2 * kvHeads) * headDim) / 2 / WORKGROUP_SIZE)),
    1,
  ],
};
