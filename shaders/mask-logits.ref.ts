/** What `mask-logits` computes: a look at each token's bit. */

/** The logits with −3.4e38 in place of those whose bit is not set. */
export function maskLogitsReference(mask: Uint32Array, logits: ArrayLike<number>): Float64Array {
  return Float64Array.from(logits, (logit, token) =>
    ((mask[token >>> 5]! >>> (token & 31)) & 1) === 1 ? logit : -3.4e38,
  );
}
