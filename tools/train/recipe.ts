/** How Ember is made: every number that the result depends on. Another recipe gets another version. */

/** What `trainer/train.py` reads. Names in `shape` are those of its `Shape`. */
export interface Recipe {
  readonly version: string;
  readonly seed: number;
  /** How much of the corpus is made, as UTF-8 text of all messages. */
  readonly corpusBytes: number;
  readonly heldOutBytes: number;
  readonly shape: {
    readonly vocabulary: number;
    readonly width: number;
    readonly layers: number;
    readonly heads: number;
    readonly kv_heads: number;
    readonly feed_forward: number;
    readonly context: number;
    readonly rope_base: number;
    readonly norm_epsilon: number;
  };
  /** All tokens that pass through the network, prompts and padding included. */
  readonly trainingTokens: number;
  readonly tokensPerStep: number;
  /** What goes through at once: small enough that activations stay in a CPU's cache. */
  readonly tokensPerBatch: number;
  /** Small, so that every length of the few held-out conversations fills a batch. */
  readonly heldOutTokensPerBatch: number;
  readonly reportTokens: number;
  readonly warmupTokens: number;
  /** The last share of the training, over which the learning rate falls to 0. */
  readonly decayShare: number;
  readonly matrixLearningRate: number;
  readonly embeddingLearningRate: number;
  readonly weightDecay: number;
}

/** For two CPU cores in two hours and a half. */
export const CPU_RECIPE: Recipe = {
  version: '1.2-cpu',
  seed: 3,
  corpusBytes: 90_000_000,
  heldOutBytes: 120_000,
  shape: {
    vocabulary: 4096,
    width: 256,
    layers: 6,
    heads: 4,
    kv_heads: 2,
    feed_forward: 704,
    context: 1024,
    rope_base: 10_000,
    norm_epsilon: 1e-5,
  },
  trainingTokens: 60_500_000,
  tokensPerStep: 8192,
  tokensPerBatch: 4096,
  heldOutTokensPerBatch: 512,
  reportTokens: 1_000_000,
  warmupTokens: 500_000,
  decayShare: 0.6,
  matrixLearningRate: 0.016,
  embeddingLearningRate: 0.0065,
  weightDecay: 0.02,
};

/** For a GPU in half an hour: larger, and longer at it. */
export const GPU_RECIPE: Recipe = {
  ...CPU_RECIPE,
  version: '1.2-gpu',
  corpusBytes: 120_000_000,
  shape: { ...CPU_RECIPE.shape, width: 384, layers: 8, heads: 6, kv_heads: 2, feed_forward: 1024 },
  trainingTokens: 400_000_000,
  tokensPerStep: 65_536,
  tokensPerBatch: 65_536,
  reportTokens: 10_000_000,
  warmupTokens: 4_000_000,
};

/** A minute's run that only shows that every stage works. */
export const SMOKE_RECIPE: Recipe = {
  ...CPU_RECIPE,
  version: 'smoke',
  corpusBytes: 300_000,
  heldOutBytes: 20_000,
  shape: { ...CPU_RECIPE.shape, vocabulary: 1024, width: 64, layers: 2, heads: 2, kv_heads: 1, feed_forward: 128 },
  trainingTokens: 150_000,
  tokensPerStep: 4096,
  reportTokens: 30_000,
  warmupTokens: 8192,
};
