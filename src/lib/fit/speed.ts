/**
 * How fast a model may answer here, as a range: each token reads every active weight and the cache once, so decode is
 * bound by how many bytes a second the adapter moves, and reaches a share of that. It is an estimate, and is to be called
 * one: how large the share is on a given card shows only when a model runs.
 */

/** What a token costs and what the adapter can do. */
export interface SpeedFacts {
  /** Bytes that a token reads: active weights, and the cache as it is on average. */
  readonly bytesPerToken: number;
  /** Bytes that the adapter's plain copy moves in a second, read and written together. */
  readonly copyBytesPerSecond: number;
  /** Runs on the CPU. */
  readonly isFallback: boolean;
}

/** Tokens per second. */
export interface SpeedRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Share of the copy bandwidth that weights are read with: other engines in browsers reach 12 to 46 % of what cards are
 * sold with; on software adapters Freehold's own bench has shown 4 to 14 % (README, "Speed").
 */
const SHARE = { hardware: { low: 0.12, high: 0.5 }, fallback: { low: 0.04, high: 0.15 } } as const;
/** Launching a token's kernels takes time too, however small the model: no engine in a browser was seen past this. */
const TOKENS_PER_SECOND_MAX = 200;

/** Estimates decode speed. */
export function estimateSpeed({ bytesPerToken, copyBytesPerSecond, isFallback }: SpeedFacts): SpeedRange {
  const { low, high } = isFallback ? SHARE.fallback : SHARE.hardware;
  const whole = copyBytesPerSecond / bytesPerToken;
  return { low: Math.min(TOKENS_PER_SECOND_MAX / 2, low * whole), high: Math.min(TOKENS_PER_SECOND_MAX, high * whole) };
}
