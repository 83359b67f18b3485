/**
 * The op of attention: heads are normed, turned by their positions and kept in the KV cache, and scores over the cache mix
 * its values. Decode splits the cache among workgroups, whose partial sums a second kernel joins, and does what is before
 * in the first one where it can.
 */
import { attention, type AttentionShape } from '../../shaders/attention.ts';
import { attentionCombine } from '../../shaders/attention-combine.ts';
import { attentionDecode, fitsAttentionDecode } from '../../shaders/attention-decode.ts';
import { headNorm, type HeadNormShape } from '../../shaders/head-norm.ts';
import { type QueryScaling, rope, type RopeShape } from '../../shaders/rope.ts';
import { partialsLength, type SplitShape } from '../../shaders/splits.ts';
import { type Activation, checkDim, type Graph, type Norm, type Way } from './graph.ts';
import type { Slot } from './slot.ts';

/** How attention is laid out; the same for every layer of a model. */
export interface AttentionLayout {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** The most positions that there will be; kernels do not depend on how many the cache has room for. */
  readonly contextLength: number;
}

/** How queries and keys turn with their position. */
export interface Rotation {
  /** (contextLength, dim / 2) pairs of cosine and sine. */
  readonly table: Slot;
  /** Values of a head that turn, from its start. */
  readonly dim: number;
  readonly pairing: RopeShape['pairing'];
  /** Default: queries only turn. */
  readonly queryScaling?: QueryScaling | undefined;
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

/** One layer's cache: K and V, each of the variant's `real`, laid out as `shaders/cache-layout.ts` says. */
export interface LayerCache {
  readonly keys: Slot;
  readonly values: Slot;
}

/** Norms of queries and keys before they turn, with weights as `head-norm` has them. */
export interface HeadNorms
  extends Pick<Norm, 'weight' | 'epsilon'>, Pick<HeadNormShape, 'queries' | 'keys' | 'kind' | 'ownWeights'> {}

/** One layer's attention. */
export interface AttentionOp {
  /** (tokens, heads·d + 2·kvHeads·d): q, k and v of each token; what is done to q and k may be done in place. */
  readonly qkv: Activation;
  readonly headNorms?: HeadNorms | undefined;
  /** `null`: q and k stay as they are. */
  readonly rotation: Rotation | null;
  readonly layout: AttentionLayout;
  readonly cache: LayerCache;
  readonly scores?: ScoreOptions;
  /** (tokens, heads·d) */
  readonly output: Activation;
}

/** Positions in a decode split are a multiple of this: the kernels' tiles. */
const SPLIT_UNIT = 64;

/** Workgroups that fill a large device; a head of a small cache makes fewer. */
const DECODE_WORKGROUPS = 256;

/** Splits beyond this cost more to join than they gain, and fewer than this leave a long text to few workgroups. */
const SPLITS = { fewest: 16, most: 64 } as const;

/** output = softmax(scores) · v over the cache, which then has the step's keys and values. */
export function attend(graph: Graph, op: AttentionOp): void {
  const { qkv, headNorms, layout } = op;
  const { heads, kvHeads, headDim } = layout;
  checkDim('attention', (heads + 2 * kvHeads) * headDim, qkv.dim);
  checkDim('attention output', heads * headDim, op.output.dim);
  if (graph.fuses && fitsAttentionDecode(layout, headNorms)) recordFused(graph, op);
  else recordApart(graph, 'decode', op);
  if (graph.fewTokens > 0) recordApart(graph, 'few', op);
  recordApart(graph, 'prefill', op);
}

/** Decode from q, k and v as the projections leave them. */
function recordFused(graph: Graph, op: AttentionOp): void {
  const { qkv, headNorms, rotation, layout, cache } = op;
  const splits = splitsFor(graph, 'decode', op);
  const { dim: rotaryDim = 0, pairing = 'adjacent', queryScaling } = rotation ?? {};
  const shape = { ...layout, ...splits.shape, rotaryDim, pairing, queryScaling, headNorm: headNorms ?? null };
  graph.record('decode', attentionDecode, shape, {
    qkv: qkv.slot,
    table: rotation?.table ?? graph.nothing,
    norm_weight: headNorms?.weight ?? graph.nothing,
    k_cache: cache.keys,
    v_cache: cache.values,
    partials: splits.partials,
    step: graph.step,
  });
  recordCombine(graph, 'decode', op, splits);
}

/** Each thing in a kernel of its own. */
function recordApart(graph: Graph, way: Way, op: AttentionOp): void {
  const { qkv, headNorms, rotation, layout, cache } = op;
  const { step } = graph;
  const { stride } = qkv;
  if (headNorms) {
    const { weight, ...segments } = headNorms;
    graph.record(way, headNorm, { ...segments, stride }, { x: qkv.slot, weight, step });
  }
  const caches = { k_cache: cache.keys, v_cache: cache.values };
  const { dim: rotaryDim = 0, pairing = 'adjacent', queryScaling, table = graph.nothing } = rotation ?? {};
  const turn = { ...layout, rotaryDim, pairing, queryScaling, stride };
  graph.record(way, rope, turn, { qkv: qkv.slot, table, ...caches, step });
  const splits = splitsFor(graph, way, op);
  const shape = { ...layout, ...splits.shape, stride };
  graph.record(way, attention, shape, { qkv: qkv.slot, ...caches, partials: splits.partials, step });
  recordCombine(graph, way, op, splits);
}

function recordCombine(graph: Graph, way: Way, { layout, output, scores }: AttentionOp, splits: PlannedSplits): void {
  const sinks = scores?.sinks;
  const shape = { ...layout, ...splits.shape, outputStride: output.stride, sinks: sinks !== undefined };
  const buffers = { partials: splits.partials, sinks: sinks ?? graph.nothing, output: output.slot, step: graph.step };
  graph.record(way, attentionCombine, shape, buffers);
}

/** What scores go through, how they are split, and where the splits' sums lie. */
interface PlannedSplits {
  readonly shape: SplitShape & Pick<AttentionShape, 'scale' | 'causal' | 'softcap'>;
  readonly partials: Slot;
}

function splitsFor(graph: Graph, way: Way, { layout, scores = {} }: AttentionOp): PlannedSplits {
  const { heads, kvHeads, headDim, contextLength } = layout;
  const { scale = headDim ** -0.5, causal = true, window, softcap } = scores;
  const wanted = Math.min(SPLITS.most, Math.max(SPLITS.fewest, Math.ceil(DECODE_WORKGROUPS / kvHeads)));
  // Over a chunk the tokens alone fill the device.
  const mostSplits = way === 'prefill' ? 1 : Math.min(wanted, Math.ceil(contextLength / SPLIT_UNIT));
  const tokens = { decode: 1, few: graph.fewTokens, prefill: graph.chunkTokens }[way];
  const bytes = 4 * partialsLength({ heads, headDim, mostSplits }, tokens);
  return {
    shape: {
      ...{ splitUnit: SPLIT_UNIT, mostSplits, scale, causal },
      // A window as wide as the context hides nothing.
      ...(window === undefined || window >= contextLength ? {} : { window }),
      ...(softcap === undefined ? {} : { softcap }),
    },
    partials: graph.shared(`${way} attention partials`, bytes),
  };
}
