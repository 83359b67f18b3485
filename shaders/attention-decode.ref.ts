/** What `attention-decode` computes: the definitions of the kernels that it takes the place of, one after another. */
import type { AttentionDecodeShape } from './attention-decode.ts';
import { attentionReference } from './attention.ref.ts';
import { cachePlace } from './cache-layout.ts';
import { headNormReference } from './head-norm.ref.ts';
import { ropeReference } from './rope.ref.ts';

/** What `attention-decode` reads and changes: `qkv` one row, caches laid out as `cache-layout.ts` says. */
export interface AttentionDecodeData {
  readonly qkv: ArrayLike<number>;
  /** (positions, rotaryDim / 2) of (cos, sin) */
  readonly table: ArrayLike<number>;
  /** (headDim) of queries, (headDim) of keys */
  readonly normWeight: ArrayLike<number>;
  readonly kCache: Float64Array;
  readonly vCache: Float64Array;
}

/**
 * The partial results (heads, splits, headDim + 2) of one token; writes its key and value into the caches.
 *
 * @param stored what the cache keeps of a number
 */
export function attentionDecodeReference(
  shape: AttentionDecodeShape,
  { qkv, table, normWeight, kCache, vCache }: AttentionDecodeData,
  position: number,
  stored: (value: number) => number = (value) => value,
): Float64Array {
  const { heads, kvHeads, headDim, headNorm } = shape;
  const row = Float64Array.from(qkv);
  const stride = row.length;
  if (headNorm) {
    const norms = { queries: { count: heads, length: headDim }, keys: { count: kvHeads, length: headDim } };
    headNormReference({ ...norms, stride, ...headNorm }, row, normWeight, 1);
  }
  ropeReference({ ...shape, stride }, { qkv: row, table, kCache, vCache }, position, 1);
  for (let head = 0; head < kvHeads; head++) {
    const start = cachePlace(position, head, kvHeads) * headDim;
    for (const cache of [kCache, vCache]) cache.set(cache.slice(start, start + headDim).map(stored), start);
  }
  return attentionReference({ ...shape, stride }, { qkv: row, kCache, vCache }, position, 1);
}
