/** What `expert-sum` computes: plain loops in f64. */
import type { ExpertData } from './expert-matvec.ref.ts';
import type { ExpertShape } from './expert-matvec.ts';

/** y after the layer has run over `tokens` tokens: (token, outputStride). */
export function expertSumReference(shape: ExpertShape, data: ExpertData, tokens: number): Float64Array<ArrayBuffer> {
  const { columns, rows, firstExpert, experts, used, inputStride, outputStride } = shape;
  const y = Float64Array.from(data.y);
  for (let pair = 0; pair < tokens * used; pair++) {
    const { expert, weight } = data.routes[pair]!;
    if (expert < firstExpert || expert >= firstExpert + experts) continue;
    for (let row = 0; row < rows; row++) {
      const weights = ((expert - firstExpert) * rows + row) * columns;
      let sum = shape.bias ? data.bias[expert * rows + row]! : 0;
      for (let k = 0; k < columns; k++) sum += data.weights[weights + k]! * data.x[pair * inputStride + k]!;
      y[Math.floor(pair / used) * outputStride + row]! += weight * sum;
    }
  }
  return y;
}
