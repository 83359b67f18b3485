/** The same layer as `expert-matvec`, with a row of x for each token or for each pair. */
import { type ExpertData, expertMatvecReference } from './expert-matvec.ref.ts';
import type { ExpertMatmulShape } from './expert-matmul.ts';

/** y after the layer has run over `tokens` tokens: (token, used, outputStride). */
export function expertMatmulReference(
  shape: ExpertMatmulShape,
  data: ExpertData,
  tokens: number,
): Float64Array<ArrayBuffer> {
  if (shape.inputs === 'tokens') return expertMatvecReference(shape, data, tokens);
  // A pair is then a token of its own, with one expert.
  return expertMatvecReference({ ...shape, used: 1 }, data, tokens * shape.used);
}
