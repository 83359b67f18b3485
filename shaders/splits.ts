/** How attention cuts what a step sees into splits: here for the grid, in `snippets/splits.wgsl` for the kernels. */
import type { Extent } from './kernel.ts';

/** The bounds of splits. */
export interface SplitShape {
  /** Positions in a split are a multiple of this. */
  readonly splitUnit: number;
  /** The most splits that there may be: what `partials` has room for. 1 for prefill, where tokens alone fill the device. */
  readonly mostSplits: number;
  /** Positions that a token sees: its own and the `window` − 1 before it. Absent: all before it. Causal only. */
  readonly window?: number;
}

/** The splits of one step. */
export interface Splits {
  /** Position where the first one begins: what lies before it no token of the step sees. */
  readonly first: number;
  /** Positions in each but the last. */
  readonly length: number;
  readonly count: number;
}

/** Cuts the positions that a step's tokens see, and no others, into as few splits as `mostSplits` asks for. */
export function splitsOf({ splitUnit, mostSplits, window }: SplitShape, { tokens, kvLength }: Extent): Splits {
  const first = window === undefined ? 0 : Math.max(0, kvLength - tokens + 1 - window);
  const seen = kvLength - first;
  const length = Math.ceil(seen / (mostSplits * splitUnit)) * splitUnit;
  return { first, length, count: Math.ceil(seen / length) };
}

/** The override constants of `snippets/splits.wgsl`. */
export function splitOverrides({ splitUnit, mostSplits, window }: SplitShape): Record<string, number> {
  return { SPLIT_UNIT: splitUnit, MOST_SPLITS: mostSplits, WINDOW: window ?? 0 };
}

/** Floats that `partials` must hold for steps of up to `tokens` tokens: a sum, a maximum and a total for each split. */
export function partialsLength(
  { heads, headDim, mostSplits }: { readonly heads: number; readonly headDim: number; readonly mostSplits: number },
  tokens: number,
): number {
  return tokens * heads * mostSplits * (headDim + 2);
}
