import type { EmbedShape } from './embed.ts';

/** x (token, stride) ← rows of weights (rows, dim); tokens of other shards keep their row of x. */
export function embedReference(
  { dim, rows, firstRow, scale = 1, row = 'token' }: Omit<EmbedShape, 'type'>,
  weights: Float32Array,
  tokens: Uint32Array,
  stride: number,
  x: Float32Array,
  position: number,
): void {
  for (const [t, token] of tokens.entries()) {
    const id = { token, position: position + t, first: 0 }[row];
    if (id < firstRow || id >= firstRow + rows) continue;
    for (let i = 0; i < dim; i++) {
      const value = scale * weights[(id - firstRow) * dim + i]!;
      x[t * stride + i] = row === 'token' ? value : x[t * stride + i]! + value;
    }
  }
}
