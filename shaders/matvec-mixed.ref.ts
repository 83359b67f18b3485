/** What `matvec-mixed` computes: the rows of each type as `matvec` has them. */
import { type LinearData, matvecReference } from './matvec.ref.ts';
import type { MixedLinearShape } from './matvec-mixed.ts';

/** y after the layer has run over `tokens` tokens: (token, outputStride); weights (rows, columns) dequantised. */
export function matvecMixedReference(
  { types, firstTypeRows, ...shape }: MixedLinearShape,
  data: LinearData,
  tokens: number,
): Float64Array<ArrayBuffer> {
  const [first, second] = types;
  const weights = Float64Array.from(data.weights);
  const cut = firstTypeRows * shape.columns;
  const y = matvecReference(
    { ...shape, type: first, rows: firstTypeRows },
    { ...data, weights: weights.subarray(0, cut) },
    tokens,
  );
  const rest = { type: second, rows: shape.rows - firstTypeRows, firstRow: shape.firstRow + firstTypeRows };
  return matvecReference({ ...shape, ...rest }, { ...data, weights: weights.subarray(cut), y }, tokens);
}
