/**
 * Ops of attention: heads are normed, turned by their positions and kept in the KV cache, and scores over the cache mix its
 * values. Decode splits the cache among workgroups, whose partial sums a second kernel joins.
 */
import { attention as attentionKernel } from '../../shaders/attention.ts';
import { attentionCombine } from '../../shaders/attention-combine.ts';
import { headNorm, type NormSegments } from '../../shaders/head-norm.ts';
import { roundUp } from '../../shaders/kernel.ts';
import { rope, type RopeShape } from '../../shaders/rope.ts';
import { type Activation, checkDim, type Graph, type Norm } from './graph.ts';
import type { Slot } from './slot.ts';

/** How attention is laid out; the same for every layer of a model. */
export interface AttentionLayout {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly contextLength: number;
}

/** How queries and keys turn with their position. */
export interface Rotation {
  /** (contextLength, dim / 2) pairs of cosine and sine. */
  readonly table: Slot;
  /** Values of a head that turn, from its start. */
  readonly dim: number;
  readonly pairing: RopeShape['pairing'];
}

/** What scores go through; absent, they are q·k / √headDim over all positions so far. */
export interface ScoreOptions {
  /** Multiplies q·k. */
  readonly scale?: number | undefined;
  /** Whether a token sees only itself and what is before it (default), or all of its step, which then is a whole text. */
  readonly causal?: boolean | undefined;
  /** Positions that a token sees, its own included; causal only. */
  readonly window?: number | undefined;
  /** Scores become softcap · tanh(score / softcap). */
  readonly softcap?: number | undefined;
  /** (heads): a score of each head that takes its share of the softmax and adds nothing (attention sinks). */
  readonly sinks?: Slot | undefined;
}

/** One layer's cache: K and V, each (kvHeads, contextLength, headDim) of the variant's `real`. */
export interface LayerCache {
  readonly keys: Slot;
  readonly values: Slot;
}

/** Decode splits the KV range into at most this many parts, one workgroup each. */
const MAX_SPLITS = 32;

/** Norms segments of queries and of keys at the start of `qkv`'s rows, in place; weight (query length + key length). */
export function normHeads(graph: Graph, qkv: Activation, norm: Norm, queries: NormSegments, keys: NormSegments): void {
  const buffers = { x: qkv.slot, weight: norm.weight, step: graph.step };
  graph.recordAll(headNorm, { queries, keys, stride: qkv.stride, epsilon: norm.epsilon }, buffers);
}

/**
 * Turns q in place and writes k, turned, and v of `qkv` (tokens, heads·d + 2·kvHeads·d) into the cache; without a
 * rotation q and k stay as they are.
 */
export function rotateAndStore(
  graph: Graph,
  qkv: Activation,
  rotation: Rotation | null,
  layout: AttentionLayout,
  cache: LayerCache,
): void {
  checkDim('attention', (layout.heads + 2 * layout.kvHeads) * layout.headDim, qkv.dim);
  const table = rotation?.table ?? graph.nothing;
  const buffers = { qkv: qkv.slot, table, k_cache: cache.keys, v_cache: cache.values, step: graph.step };
  const { dim: rotaryDim = 0, pairing = 'adjacent' } = rotation ?? {};
  graph.recordAll(rope, { ...layout, rotaryDim, pairing, stride: qkv.stride }, buffers);
}

/** output (tokens, heads·d) = softmax(scores) · v over the cache. */
export function attention(
  graph: Graph,
  qkv: Activation,
  layout: AttentionLayout,
  cache: LayerCache,
  output: Activation,
  { scale = layout.headDim ** -0.5, causal = true, window, softcap, sinks }: ScoreOptions = {},
): void {
  const { heads, kvHeads, headDim, contextLength } = layout;
  // A window as wide as the context hides nothing.
  const scores = {
    scale,
    causal,
    ...(window === undefined || window >= contextLength ? {} : { window }),
    ...(softcap === undefined ? {} : { softcap }),
  };
  checkDim('attention output', heads * headDim, output.dim);
  const decodeSplit = roundUp(Math.ceil(contextLength / MAX_SPLITS), 64);
  for (const [way, splitLength, tokens] of [
    ['decode', decodeSplit, 1],
    ['few', decodeSplit, graph.fewTokens],
    ['prefill', contextLength, graph.chunkTokens],
  ] as const) {
    const maxSplits = Math.ceil(contextLength / splitLength);
    const partials = graph.shared(`${way} attention partials`, 4 * tokens * heads * maxSplits * (headDim + 2));
    graph.record(
      way,
      attentionKernel,
      { heads, kvHeads, headDim, contextLength, stride: qkv.stride, splitLength, maxSplits, ...scores },
      { qkv: qkv.slot, k_cache: cache.keys, v_cache: cache.values, partials, step: graph.step },
    );
    graph.record(
      way,
      attentionCombine,
      { heads, headDim, splitLength, outputStride: output.stride, sinks: sinks !== undefined },
      { partials, sinks: sinks ?? graph.nothing, output: output.slot, step: graph.step },
    );
  }
}
