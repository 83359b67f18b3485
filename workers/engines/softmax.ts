/** Logits as probabilities, and their order, in f64 on the CPU. */

/** Log-probabilities (vocabulary): log(exp(x) / Σ exp(x)), shifted by the maximum. A logit of −∞ has none. */
export function logSoftmax(logits: Float32Array | Float64Array): Float64Array {
  let max = -Infinity;
  for (const logit of logits) max = Math.max(max, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - max);
  const shift = max + Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - shift);
}

/** The ids of the `count` largest values, largest first, the lower id first among equals. */
export function likeliest(values: Float32Array | Float64Array, count: number): number[] {
  if (count <= 0) return [];
  // Numbers sort by themselves much faster than ids by a comparison.
  const least = values.slice().sort()[Math.max(0, values.length - count)]!;
  const ids: number[] = [];
  for (const [id, value] of values.entries()) if (value >= least) ids.push(id);
  return ids.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

/** An id's place among the largest values, from 1, in the order of `likeliest`. */
export function rankOf(values: Float32Array | Float64Array, id: number): number {
  const own = values[id]!;
  let rank = 1;
  for (const [other, value] of values.entries()) if (value > own || (value === own && other < id)) rank++;
  return rank;
}
