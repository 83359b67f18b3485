/** Attention over the KV cache, causal or both ways, cut into splits along the sequence; `attention-combine` joins the splits. */
import { constants, directives, spread, STEP_WGSL, type Extent, type Kernel, type Workgroups } from './kernel.ts';
import text from './attention.wgsl?raw';
import scoresSubgroup from './snippets/attention-scores-subgroup.wgsl?raw';
import scoresWorkgroup from './snippets/attention-scores-workgroup.wgsl?raw';
import attendThread from './snippets/attention-thread.wgsl?raw';
import attendWorkgroup from './snippets/attention-workgroup.wgsl?raw';
import orderedKey from './snippets/ordered-key.wgsl?raw';
import softcap from './snippets/softcap.wgsl?raw';

/** Sizes of one layer's heads, of its cache and of the splits. */
export interface AttentionShape {
  /** Query heads: a multiple of `kvHeads`. */
  readonly heads: number;
  readonly kvHeads: number;
  /** A multiple of 4, at most 256. */
  readonly headDim: number;
  readonly contextLength: number;
  /** Floats between two rows of `qkv`: a multiple of 4. */
  readonly stride: number;
  /** Positions that one split covers; `contextLength` for prefill, where tokens alone fill the device. */
  readonly splitLength: number;
  /** The most splits that `partials` has room for: at least ceil(contextLength / splitLength). */
  readonly maxSplits: number;
  /** Multiplies q·k, usually 1 / √headDim. */
  readonly scale: number;
  /** Positions that a token sees: its own and the `window` − 1 before it. Absent: all before it. Causal only. */
  readonly window?: number;
  /** Whether a token sees only itself and what is before it. Default true; false: every position up to the step's last. */
  readonly causal?: boolean;
  /** Scores become softcap · tanh(score / softcap) (Gemma Team 2024); absent, they stay. */
  readonly softcap?: number;
}

const WORKGROUP_SIZES = { thread: 64, workgroup: 128, subgroup: 128 } as const;

/** Query heads that one workgroup serves: the whole group up to 8 (registers); a larger group is shared out evenly. */
function headsPerWorkgroup({ heads, kvHeads }: AttentionShape): number {
  const group = heads / kvHeads;
  return Math.ceil(group / Math.ceil(group / 8));
}

/** Splits that a step with this many tokens in the cache makes. */
export function attentionSplits({ splitLength }: Pick<AttentionShape, 'splitLength'>, kvLength: number): number {
  return Math.ceil(kvLength / splitLength);
}

/** Floats that `partials` must hold for steps of up to `tokens` tokens. */
export function attentionPartialsLength(
  { heads, headDim, maxSplits }: Pick<AttentionShape, 'heads' | 'headDim' | 'maxSplits'>,
  tokens: number,
): number {
  return tokens * heads * maxSplits * (headDim + 2);
}

/**
 * `qkv` (tokens, stride) with q first in a row; `k_cache` and `v_cache` (kvHeads, contextLength, headDim) of real;
 * `partials` (tokens, heads, splits of this step, headDim + 2): Σ exp(s − m)·v, then m, then Σ exp(s − m). A split past
 * what the token may see, or wholly before its window, has m = −3.4e38 and zeros. Dao 2023, Flash-Decoding; Milakov and Gimelshein 2018.
 */
export const attention: Kernel<AttentionShape> = {
  name: 'attention',
  bindings: [
    { name: 'qkv', access: 'read' },
    { name: 'k_cache', access: 'read' },
    { name: 'v_cache', access: 'read' },
    { name: 'partials', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source(shape, variant) {
    const columns = shape.headDim / 4;
    const sizes = { WORKGROUP_SIZE: WORKGROUP_SIZES[variant.reduction], COLUMNS: columns };
    const head = directives(variant) + STEP_WGSL + `alias real = ${variant.real};\n` + softcap;
    if (variant.reduction === 'thread') return head + constants({ ...sizes, TILE: 16 }) + text + attendThread;
    return (
      head +
      constants({
        ...sizes,
        // Without subgroups four lanes leave a partial score each, so half the tile takes twice the memory.
        TILE: variant.reduction === 'subgroup' ? 64 : 32,
        GROUP_HEADS: headsPerWorkgroup(shape),
        SLICES: Math.min(8, Math.floor(sizes.WORKGROUP_SIZE / columns)),
      }) +
      text +
      orderedKey +
      attendWorkgroup +
      (variant.reduction === 'subgroup' ? scoresSubgroup : scoresWorkgroup)
    );
  },
  overrides: (shape) => ({
    HEADS: shape.heads,
    KV_HEADS: shape.kvHeads,
    CONTEXT_LENGTH: shape.contextLength,
    STRIDE: shape.stride,
    SPLIT_LENGTH: shape.splitLength,
    SCALE: shape.scale,
    CAUSAL: Number(shape.causal ?? true),
    WINDOW: shape.window ?? 0,
    SOFTCAP: shape.softcap ?? 0,
  }),
  workgroups(shape, { reduction }, { tokens, kvLength }: Extent): Workgroups {
    const splits = attentionSplits(shape, kvLength);
    if (reduction === 'thread')
      return [...spread(Math.ceil((tokens * shape.heads * splits) / WORKGROUP_SIZES.thread)), 1];
    const chunks = Math.ceil(shape.heads / shape.kvHeads / headsPerWorkgroup(shape));
    return [shape.kvHeads * chunks, splits, tokens];
  },
};
