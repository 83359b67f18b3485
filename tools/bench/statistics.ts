/** What is said of several measurements of one thing. */

/** The middle one, and the ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The spread of at least one value; of an even number of them the median is the mean of the middle two. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return { median: (sorted[low]! + sorted[high]!) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}
