/**
 * Attention of one token from q, k and v as the projections left them: what `head-norm`, `rope` and `attention` do one after
 * another, in one kernel, for decode. Refuses groups of more query heads than one workgroup serves, for two of them would
 * write one key.
 */
import {
  attentionGrid,
  attentionOverrides,
  type AttentionSizes,
  attentionSource,
  MOST_HEADS_TOGETHER,
} from './attention.ts';
import type { HeadNormShape } from './head-norm.ts';
import type { Kernel } from './kernel.ts';
import type { RopeShape } from './rope.ts';
import text from './attention-decode.wgsl?raw';
import freshThread from './snippets/fresh-thread.wgsl?raw';
import freshWorkgroup from './snippets/fresh-workgroup.wgsl?raw';

/** Sizes of one layer's heads and of the splits; how heads are normed and turned. */
export interface AttentionDecodeShape
  extends Omit<AttentionSizes, 'causal'>, Pick<RopeShape, 'rotaryDim' | 'pairing' | 'queryScaling'> {
  /** RMS norm of each query head and each key head before they turn. */
  readonly headNorm: { readonly epsilon: number } | null;
}

/** Whether `attentionDecode` takes heads that are grouped so, and normed so: by root mean squares of each, with weights that all share. */
export function fitsAttentionDecode(
  { heads, kvHeads, headDim }: Pick<AttentionSizes, 'heads' | 'kvHeads' | 'headDim'>,
  norms?: Pick<HeadNormShape, 'queries' | 'keys' | 'kind' | 'ownWeights'>,
): boolean {
  if (heads / kvHeads > MOST_HEADS_TOGETHER) return false;
  if (norms === undefined) return true;
  const { queries, keys, kind = 'rms', ownWeights = false } = norms;
  return queries.length === headDim && keys.length === headDim && kind === 'rms' && !ownWeights;
}

/**
 * `qkv` one row, [q heads | k heads | v heads]; `table` (positions, rotaryDim / 2) of (cos, sin); `norm_weight`
 * (headDim) of queries, (headDim) of keys; `k_cache` and `v_cache` of real, laid out as `cache-layout.ts` says, get the
 * token's own key and value; `partials` (heads, splits of this step, headDim + 2) as `attention` writes them.
 */
export const attentionDecode: Kernel<AttentionDecodeShape> = {
  name: 'attention-decode',
  bindings: [
    { name: 'qkv', access: 'read' },
    { name: 'table', access: 'read' },
    { name: 'norm_weight', access: 'read' },
    { name: 'k_cache', access: 'read_write' },
    { name: 'v_cache', access: 'read_write' },
    { name: 'partials', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (shape, variant) =>
    attentionSource(shape, variant, text + (variant.reduction === 'thread' ? freshThread : freshWorkgroup), 1),
  overrides: (shape) => ({
    ...attentionOverrides(shape),
    NORM: Number(shape.headNorm !== null),
    EPSILON: shape.headNorm?.epsilon ?? 0,
    ROTARY_DIM: shape.rotaryDim,
    ADJACENT: Number(shape.pairing === 'adjacent'),
    QUERY_BETA: shape.queryScaling?.beta ?? 0,
    ORIGINAL_CONTEXT_LENGTH: shape.queryScaling?.originalContextLength ?? 1,
  }),
  workgroups: attentionGrid,
};
