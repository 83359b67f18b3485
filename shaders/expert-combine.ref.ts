/** What `expert-combine` computes: plain loops in f64. */
import type { ExpertCombineShape } from './expert-combine.ts';
import type { Route } from './route.ref.ts';

/** y (tokens, stride) after it has run, from z (tokens, used, stride) and routes (tokens, used). */
export function expertCombineReference(
  { used, stride }: ExpertCombineShape,
  z: ArrayLike<number>,
  routes: readonly Route[],
  y: ArrayLike<number>,
): Float64Array {
  const result = Float64Array.from(y);
  for (const [pair, { weight }] of routes.entries()) {
    const start = Math.floor(pair / used) * stride;
    for (let i = 0; i < stride; i++) result[start + i]! += weight * z[pair * stride + i]!;
  }
  return result;
}
