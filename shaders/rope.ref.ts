/** What `rope` computes: plain loops in f64. */
import { cachePlace } from './cache-layout.ts';
import type { RopeShape } from './rope.ts';

/** What `rope` reads and changes: `qkv` (tokens, stride), caches laid out as `cache-layout.ts` says. */
export interface RopeData {
  readonly qkv: Float64Array;
  /** (positions, rotaryDim / 2) of (cos, sin) */
  readonly table: ArrayLike<number>;
  readonly kCache: Float64Array;
  readonly vCache: Float64Array;
}

/** Turns and scales q in place, writes turned k and plain v into the caches. */
export function ropeReference(shape: RopeShape, data: RopeData, position: number, tokens: number): void {
  const { heads, kvHeads, headDim, rotaryDim, pairing, stride, queryScaling } = shape;
  const { qkv, table, kCache, vCache } = data;
  const half = rotaryDim / 2;
  for (let token = 0; token < tokens; token++) {
    const place = position + token;
    const { beta, originalContextLength } = queryScaling ?? { beta: 0, originalContextLength: 1 };
    const scale = 1 + beta * Math.log(1 + Math.floor(place / originalContextLength));
    for (let head = 0; head < heads + 2 * kvHeads; head++) {
      const at = token * stride + head * headDim;
      const values = qkv.slice(at, at + headDim);
      if (head < heads + kvHeads) {
        for (let pair = 0; pair < half; pair++) {
          const [first, second] = pairing === 'adjacent' ? [2 * pair, 2 * pair + 1] : [pair, pair + half];
          const cos = table[2 * (place * half + pair)]!;
          const sin = table[2 * (place * half + pair) + 1]!;
          values[first] = qkv[at + first]! * cos - qkv[at + second]! * sin;
          values[second] = qkv[at + first]! * sin + qkv[at + second]! * cos;
        }
      }
      if (head < heads)
        qkv.set(
          values.map((value) => value * scale),
          at,
        );
      else if (head < heads + kvHeads) kCache.set(values, cachePlace(place, head - heads, kvHeads) * headDim);
      else vCache.set(values, cachePlace(place, head - heads - kvHeads, kvHeads) * headDim);
    }
  }
}
