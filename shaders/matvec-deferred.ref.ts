/** What `matvec-deferred` computes: plain loops in f64. */
import type { DeferredLinearShape } from './matvec-deferred.ts';
import type { LinearData } from './matvec.ref.ts';
import { settleReference } from './settle.ref.ts';

/** The stream (3, outputStride) once the product has run; `y` is what it was before. */
export function matvecDeferredReference(
  { columns, rows, firstRow, outputDim, outputStride, bias, settles }: DeferredLinearShape,
  data: LinearData & { readonly previous: ArrayLike<number> },
): Float64Array<ArrayBuffer> {
  const y = Float64Array.from(data.y);
  const { previous } = data;
  const settled = settles ? settleReference({ dim: outputDim, ...settles }, previous, outputStride) : previous;
  for (let row = 0; row < rows; row++) {
    const at = firstRow + row;
    let value = bias ? data.bias[at]! : 0;
    for (let k = 0; k < columns; k++) value += data.weights[row * columns + k]! * data.x[k]!;
    y[at] = settled[at]!;
    y[outputStride + at] = value * data.normWeight[at]!;
    const pair = 2 * outputStride + Math.floor(at / 2);
    y[pair] = value ** 2 + (row % 2 === 0 ? 0 : y[pair]!);
  }
  return y;
}
