/**
 * What a model will take of graphics memory, told from its sizes before a byte of it is fetched: weights, KV cache and
 * scratch, as the engine plans them (`workers/engines/declare-model.ts`, `workers/models/decoder.ts`). It never says less
 * than the engine would take; for families that need fewer buffers than others it says a little more.
 */
import type { ModelSizes } from '../../../workers/protocol/model.ts';

/** What of an adapter a model's memory depends on. */
export interface KernelFacts {
  /** Whether values are kept in f16. */
  readonly f16: boolean;
  /** Runs on the CPU: its prompts go in smaller chunks. */
  readonly isFallback: boolean;
}

/** Bytes on the GPU. */
export interface MemoryNeed {
  readonly weights: number;
  readonly kvCache: number;
  readonly scratch: number;
  /** Of all three. */
  readonly total: number;
  /** Of the largest buffer that cannot be cut, as weights can. */
  readonly largestBuffer: number;
}

/** Tokens in a prefill chunk, with tiles and without: `CHUNK_TOKENS` of `declare-model.ts`. */
const CHUNK_TOKENS = { hardware: 512, fallback: 64 } as const;
/** Runs of positions that decode's attention is cut into at most: `MAX_SPLITS` of `workers/graph/attention.ts`. */
const SPLITS_MAX = 32;
/** Tokens of a step that verifies drafts, which neither a mixture nor a software adapter has: `MAX_DRAFTS` of `workers/engines/speculation.ts` and one. */
const FEW_TOKENS = 8;
/** Of a route: an expert's index and its weight. */
const ROUTE_BYTES = 8;
/** Settings, thresholds and the sampler's partial results, 2048 bytes for each of a few tokens. */
const SMALL_BUFFERS_BYTES = 24_576;
/** Positions of the KV cache come in whole blocks: `shaders/cache-layout.ts`. */
const CACHE_BLOCK = 64;
/** Angles for all layers, and for those of another base in families that have two. */
const ROPE_TABLES = 2;

/**
 * Bytes for a model of these sizes with a context of so many tokens, `weightBytes` of weights on the GPU. `exact` is a
 * file of F32, which keeps its cache in 32 bits too.
 */
export function memoryNeed(
  sizes: ModelSizes,
  weightBytes: number,
  contextTokens: number,
  { f16, isFallback }: KernelFacts,
  exact = false,
): MemoryNeed {
  const { layers, embeddingLength, feedForwardLength, heads, kvHeads, headDim, vocabularySize, experts } = sizes;
  const tokens = isFallback ? CHUNK_TOKENS.fallback : CHUNK_TOKENS.hardware;
  const rows = (dim: number): number => 4 * tokens * Math.ceil(dim / 32) * 32;
  const positions = Math.ceil(contextTokens / CACHE_BLOCK) * CACHE_BLOCK;
  const keysOfLayer = kvHeads * positions * headDim * (f16 && !exact ? 2 : 4);
  const partial = 4 * heads * (headDim + 2);
  const stream = rows(embeddingLength);
  const used = experts?.used ?? 1;
  const few = experts === null && !isFallback ? FEW_TOKENS : 1;
  const buffers = [
    stream, // residual
    stream, // normed
    stream, // what a block adds, where norms stand behind it
    rows((heads + 2 * kvHeads) * headDim),
    rows(heads * headDim),
    used * rows(feedForwardLength),
    // An expert for all tokens, where there is one, is about as long as all that a token runs through.
    ...(experts === null
      ? []
      : [rows(experts.count), ROUTE_BYTES * tokens * used, used * stream, used * rows(feedForwardLength), rows(1)]),
    tokens * partial,
    SPLITS_MAX * partial,
    ...(few > 1 ? [few * SPLITS_MAX * partial] : []),
    few * 4 * Math.ceil(vocabularySize / 32) * 32,
    4 * contextTokens * headDim * ROPE_TABLES,
    4 * contextTokens,
    SMALL_BUFFERS_BYTES,
  ];
  const kvCache = 2 * layers * keysOfLayer;
  const scratch = buffers.reduce((sum, bytes) => sum + bytes, 0);
  return {
    weights: weightBytes,
    kvCache,
    scratch,
    total: weightBytes + kvCache + scratch,
    largestBuffer: Math.max(keysOfLayer, ...buffers),
  };
}

/** By how much types grow on the GPU whose codes are laid out wider there; all others take what they take in the file. */
const GROWTH: readonly (readonly [type: RegExp, factor: number])[] = [
  [/^(UD-)?IQ1/, 2.38 / 1.56],
  [/^(UD-)?IQ2/, 3.38 / 2.06],
  [/^(UD-)?IQ3/, 4.25 / 3.06],
  [/^TQ1/, 2.06 / 1.69],
];

/** Bytes of a file's weights on the GPU, at most, by the name of the type that most of them have (README, "Models"). */
export function weightBytesOnGpu(fileBytes: number, quantization: string | null): number {
  return Math.round(fileBytes * (GROWTH.find(([type]) => type.test(quantization ?? ''))?.[1] ?? 1));
}

/** Share of the weights that each token reads: of a mixture of experts, only what it runs through. */
export function activeShare(
  { layers, embeddingLength, feedForwardLength, experts }: ModelSizes,
  parameters: number,
): number {
  if (experts === null) return 1;
  const resting = layers * (experts.count - experts.used) * 3 * embeddingLength * feedForwardLength;
  return Math.max(0, parameters - resting) / parameters;
}
