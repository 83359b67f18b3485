/** What `copy` computes. */

/** The same values in an array of their own. */
export function copyReference(source: ArrayLike<number>): Float64Array {
  return Float64Array.from(source);
}
