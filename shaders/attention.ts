/** Attention over the KV cache, causal or both ways, cut into splits along the sequence; `attention-combine` joins the splits. */
import {
  constants,
  directives,
  spread,
  STEP_WGSL,
  type Extent,
  type Kernel,
  type Variant,
  type Workgroups,
} from './kernel.ts';
import { splitOverrides, type SplitShape, splitsOf } from './splits.ts';
import text from './attention.wgsl?raw';
import attend from './snippets/attend.wgsl?raw';
import scoresSubgroup from './snippets/attention-scores-subgroup.wgsl?raw';
import scoresWorkgroup from './snippets/attention-scores-workgroup.wgsl?raw';
import attendThread from './snippets/attention-thread.wgsl?raw';
import attendWorkgroup from './snippets/attention-workgroup.wgsl?raw';
import cachePlace from './snippets/cache-place.wgsl?raw';
import orderedKey from './snippets/ordered-key.wgsl?raw';
import softcap from './snippets/softcap.wgsl?raw';
import splits from './snippets/splits.wgsl?raw';

/** Sizes of one layer's heads and of the splits. */
export interface AttentionSizes extends SplitShape {
  /** Query heads: a multiple of `kvHeads`. */
  readonly heads: number;
  readonly kvHeads: number;
  /** A multiple of 4, at most 256. */
  readonly headDim: number;
  /** Multiplies q·k, usually 1 / √headDim. */
  readonly scale: number;
  /** Whether a token sees only itself and what is before it. Default true; false: every position up to the step's last. */
  readonly causal?: boolean;
  /** Scores become softcap · tanh(score / softcap) (Gemma Team 2024); absent, they stay. */
  readonly softcap?: number;
}

/** The sizes, and where tokens lie. */
export interface AttentionShape extends AttentionSizes {
  /** Floats between two rows of `qkv`: a multiple of 4. */
  readonly stride: number;
}

const WORKGROUP_SIZES = { thread: 64, workgroup: 128, subgroup: 128 } as const;

/** Query heads that one workgroup can serve: more would not fit its registers. */
export const MOST_HEADS_TOGETHER = 8;

/** Query heads that one workgroup serves: the whole group, or an even share of one that is too large. */
function headsPerWorkgroup({ heads, kvHeads }: AttentionSizes): number {
  const group = heads / kvHeads;
  return Math.ceil(group / Math.ceil(group / MOST_HEADS_TOGETHER));
}

/**
 * The text of a kernel of attention, whose own part says where queries come from. `fresh` is how many of the positions that
 * a token sees are not in the cache when a thread reads it; workgroups find all of them there.
 */
export function attentionSource(shape: AttentionSizes, variant: Variant, own: string, fresh: 0 | 1): string {
  const columns = shape.headDim / 4;
  const alone = variant.reduction === 'thread';
  const sizes = { WORKGROUP_SIZE: WORKGROUP_SIZES[variant.reduction], COLUMNS: columns, FRESH: alone ? fresh : 0 };
  const head = directives(variant) + STEP_WGSL + `alias real = ${variant.real};\n` + softcap + splits + cachePlace;
  if (alone) return head + constants({ ...sizes, TILE: 16 }) + attend + own + attendThread;
  return (
    head +
    constants({
      ...sizes,
      // Without subgroups four lanes leave a partial score each, so half the tile takes twice the memory.
      TILE: variant.reduction === 'subgroup' ? 64 : 32,
      GROUP_HEADS: headsPerWorkgroup(shape),
      SLICES: Math.min(8, Math.floor(sizes.WORKGROUP_SIZE / columns)),
    }) +
    attend +
    own +
    orderedKey +
    attendWorkgroup +
    (variant.reduction === 'subgroup' ? scoresSubgroup : scoresWorkgroup)
  );
}

/** The override constants of `snippets/attend.wgsl`. */
export function attentionOverrides(shape: AttentionSizes): Record<string, number> {
  return {
    HEADS: shape.heads,
    KV_HEADS: shape.kvHeads,
    SCALE: shape.scale,
    CAUSAL: Number(shape.causal ?? true),
    SOFTCAP: shape.softcap ?? 0,
    ...splitOverrides(shape),
  };
}

/** The grid of a kernel of attention. */
export function attentionGrid(shape: AttentionSizes, { reduction }: Variant, extent: Extent): Workgroups {
  const { count } = splitsOf(shape, extent);
  const { tokens } = extent;
  if (reduction === 'thread') return [...spread(Math.ceil((tokens * shape.heads * count) / WORKGROUP_SIZES.thread)), 1];
  const chunks = Math.ceil(shape.heads / shape.kvHeads / headsPerWorkgroup(shape));
  return [shape.kvHeads * chunks, count, tokens];
}

/**
 * `qkv` (tokens, stride) with q first in a row; `k_cache` and `v_cache` of real, laid out as `cache-layout.ts` says;
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
  source: (shape, variant) => attentionSource(shape, variant, text, 0),
  overrides: (shape) => ({ ...attentionOverrides(shape), STRIDE: shape.stride }),
  workgroups: attentionGrid,
};
