import type { EmbedShape } from './embed.ts';

/** x (token, stride) ← rows of weights (rows, dim); tokens of other shards keep their row of x. */
export function embedReference(
  { dim, rows, firstRow, scale = 1, positions = false }: Omit<EmbedShape, 'type'>,
  weights: Float32Array,
  tokens: Uint32Array,
  stride: number,
  x: Float32Array,
  position: number,
): void {
  for (const [t, token] of tokens.entries()) {
    const id = positions ? position + t : token;
    if (id < firstRow || id >= firstRow + rows) continue;
    for (let i = 0; i < dim; i++) {
      const value = scale * weights[(id - firstRow) * dim + i]!;
      x[t * stride + i] = positions ? x[t * stride + i]! + value : value;
    }
  }
}
