/**
 * What sets the architectures apart in a GGUF file, for random models: which tensors there are, and what the metadata say.
 *
 * Every number is unlike what an engine would assume without reading it, and small enough to matter in a short text:
 * windows of a few tokens, soft caps where scores lie, multipliers far from 1.
 */
import type { ArchitectureName } from '../../workers/format/architecture-names.ts';
import type { FriendlyValue } from './write-gguf.ts';

/** A layer of experts. */
export interface RandomExperts {
  readonly count: number;
  readonly used: number;
  /** Of one expert. Default: the model's own, and no key that says so. */
  readonly feedForward?: number;
  /** Length of an expert for all tokens. */
  readonly sharedFeedForward?: number;
  /** Gate and up are so large that a clamp at 7 cuts some of them. */
  readonly large?: boolean;
}

/** One architecture's file. */
export interface RandomArchitecture {
  /** Which matrices of a layer have a bias; default none. */
  readonly biases?: 'qkv' | 'all' | undefined;
  /** q, k and v in one tensor. */
  readonly fusedQkv?: boolean;
  /** Gate rows, then up rows in one tensor; or no gate at all. Default: two tensors. */
  readonly gate?: 'fused' | 'none';
  /** Norm weights of q and k: for one head, for the whole row, or for each head its own. */
  readonly headNorm?: 'head' | 'row' | 'own';
  /** Norms stand before a block (default), behind it, both, or behind each residual sum. */
  readonly norms?: 'before' | 'behind' | 'both' | 'sums';
  /** The norm before the feed-forward part, where it is not `ffn_norm`; `null`: that before attention serves both. */
  readonly feedForwardNorm?: string | null;
  /** The logits have a bias. */
  readonly outputBias?: boolean;
  /** A score of each head that takes its share of attention. */
  readonly sinks?: boolean;
  /** Norms have a bias. */
  readonly layerNorm?: boolean;
  /** It makes no logits: a norm and kinds of text beside the embeddings, nothing behind the last layer, WordPiece. */
  readonly encoder?: boolean;
  /** A row for each position of the context. */
  readonly learnedPositions?: boolean;
  /** Experts in place of the feed-forward part; without a shared one, no tensor of it. */
  readonly experts?: RandomExperts;
  /** Values of a head that turn, where it is not all of them. */
  readonly rotaryDim?: number;
  /** `rope_factors_long.weight` and `rope_factors_short.weight`. */
  readonly longRope?: boolean;
  /** The embeddings' share of the residual stream is made small where they are scaled up and also make the logits. */
  readonly scaledTiedEmbeddings?: boolean;
  /** Metadata below the architecture's name. */
  readonly metadata?: Readonly<Record<string, FriendlyValue>>;
}

const float = (value: number): FriendlyValue => ({ type: 'float32', value });

/** What sets the StableLM of 12 billion weights apart from the smaller ones. */
export const STABLELM_12B = {
  family: { biases: undefined, headNorm: 'own', feedForwardNorm: null },
  metadata: { 'stablelm.use_parallel_residual': true },
} as const;

/** By `general.architecture`. */
export const randomArchitectures: Readonly<Record<ArchitectureName, RandomArchitecture>> = {
  llama: {},
  mistral3: {
    metadata: {
      'attention.temperature_scale': float(0.1),
      'rope.freq_base': float(1_000_000),
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': float(16),
      'rope.scaling.original_context_length': 32,
      'rope.scaling.yarn_log_multiplier': float(1),
    },
  },
  smollm3: {},
  qwen2: { biases: 'qkv' },
  qwen3: { headNorm: 'head' },
  qwen2moe: { biases: 'qkv', experts: { count: 7, used: 3, feedForward: 224, sharedFeedForward: 352 } },
  qwen3moe: { headNorm: 'head', experts: { count: 11, used: 4, feedForward: 224 } },
  granite: {
    metadata: {
      embedding_scale: float(3),
      residual_scale: float(0.6),
      logit_scale: float(1.7),
      'attention.scale': float(0.11),
    },
  },
  olmo2: { headNorm: 'row', norms: 'behind' },
  gemma: { scaledTiedEmbeddings: true },
  gemma2: {
    norms: 'both',
    scaledTiedEmbeddings: true,
    metadata: {
      'attention.sliding_window': 24,
      attn_logit_softcapping: float(5),
      final_logit_softcapping: float(15),
    },
  },
  gemma3: {
    norms: 'both',
    headNorm: 'head',
    scaledTiedEmbeddings: true,
    metadata: {
      'attention.sliding_window': 24,
      'rope.freq_base': float(1_000_000),
      'rope.scaling.type': 'linear',
      'rope.scaling.factor': float(8),
    },
  },
  phi3: {
    fusedQkv: true,
    gate: 'fused',
    rotaryDim: 16,
    longRope: true,
    metadata: {
      'attention.sliding_window': 24,
      'rope.scaling.original_context_length': 256,
      'rope.scaling.attn_factor': float(1.19),
    },
  },
  phi2: { biases: 'all', gate: 'none', layerNorm: true, feedForwardNorm: null, outputBias: true, rotaryDim: 16 },
  stablelm: { biases: 'qkv', layerNorm: true, rotaryDim: 8, metadata: { use_parallel_residual: false } },
  starcoder2: { biases: 'all', gate: 'none', layerNorm: true },
  'gpt-oss': {
    biases: 'all',
    feedForwardNorm: 'post_attention_norm',
    sinks: true,
    experts: { count: 9, used: 4, feedForward: 224, large: true },
    metadata: {
      'attention.sliding_window': 24,
      'rope.freq_base': float(150_000),
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': float(4),
      'rope.scaling.original_context_length': 64,
    },
  },
  gptneox: {
    biases: 'all',
    fusedQkv: true,
    gate: 'none',
    layerNorm: true,
    rotaryDim: 8,
    metadata: { use_parallel_residual: true },
  },
  gpt2: { biases: 'all', fusedQkv: true, gate: 'none', layerNorm: true, learnedPositions: true },
  bert: {
    encoder: true,
    norms: 'sums',
    biases: 'all',
    gate: 'none',
    layerNorm: true,
    learnedPositions: true,
    metadata: { 'attention.causal': false, pooling_type: 2 },
  },
  'nomic-bert': {
    encoder: true,
    norms: 'sums',
    fusedQkv: true,
    layerNorm: true,
    metadata: { 'attention.causal': false, pooling_type: 1, 'rope.freq_base': float(1000) },
  },
};
