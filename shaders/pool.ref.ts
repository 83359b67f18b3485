/** What `pool` computes: plain loops in f64. */
import type { PoolShape } from './pool.ts';

/** y (dim) from x (tokens, stride). */
export function poolReference({ dim, stride, rows }: PoolShape, x: ArrayLike<number>, tokens: number): Float64Array {
  const at = (token: number, column: number): number => x[token * stride + column]!;
  return Float64Array.from({ length: dim }, (_, column) => {
    if (rows !== 'mean') return at(rows === 'first' ? 0 : tokens - 1, column);
    let sum = 0;
    for (let token = 0; token < tokens; token++) sum += at(token, column);
    return sum / tokens;
  });
}
