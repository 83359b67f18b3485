/** x (token, stride) ← rows of weights (rows, dim); tokens of other shards keep their row of x. */
export function embedReference(
  { dim, rows, firstRow }: { dim: number; rows: number; firstRow: number },
  weights: Float32Array,
  tokens: Uint32Array,
  stride: number,
  x: Float32Array,
): void {
  for (const [t, id] of tokens.entries()) {
    if (id < firstRow || id >= firstRow + rows) continue;
    for (let i = 0; i < dim; i++) x[t * stride + i] = weights[(id - firstRow) * dim + i]!;
  }
}
