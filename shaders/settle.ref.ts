/** What `settle` computes: plain loops in f64. */
import type { SettleShape } from './settle.ts';

/** x[0, i] + x[1, i] / √(Σ x[2, :] / dim + ε): (stride), from x (3, stride). */
export function settleReference(
  { dim, epsilon }: SettleShape,
  x: ArrayLike<number>,
  stride: number,
): Float64Array<ArrayBuffer> {
  let squares = 0;
  for (let i = 0; i < stride; i++) squares += x[2 * stride + i]!;
  const scale = 1 / Math.sqrt(squares / dim + epsilon);
  return Float64Array.from({ length: stride }, (_, i) => x[i]! + scale * x[stride + i]!);
}
