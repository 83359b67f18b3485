/** What `expert-matvec` computes: plain loops in f64. */
import type { ExpertMatvecShape } from './expert-matvec.ts';
import type { Route } from './route.ref.ts';

/** What a layer of experts reads. */
export interface ExpertData {
  /** (experts of these planes, rows, columns), dequantised */
  readonly weights: ArrayLike<number>;
  /** (token, inputStride), or (token, used, inputStride) for `expert-sum` */
  readonly x: ArrayLike<number>;
  /** (token, used) */
  readonly routes: readonly Route[];
  /** (experts of the layer, rows) */
  readonly bias: ArrayLike<number>;
  /** As it was before */
  readonly y: ArrayLike<number>;
}

const activations = {
  silu: (gate: number, up: number): number => (gate / (1 + Math.exp(-gate))) * up,
  'clamped-silu': (gate: number, up: number): number => {
    const least = Math.min(gate, 7);
    return (least / (1 + Math.exp(-1.702 * least))) * (Math.max(-7, Math.min(7, up)) + 1);
  },
};

/** y after the layer has run over `tokens` tokens: (token, used, outputStride). */
export function expertMatvecReference(
  shape: ExpertMatvecShape,
  data: ExpertData,
  tokens: number,
): Float64Array<ArrayBuffer> {
  const { columns, rows, firstExpert, experts, used, inputStride, outputStride, epilogue, activation } = shape;
  const y = Float64Array.from(data.y);
  for (let pair = 0; pair < tokens * used; pair++) {
    const { expert } = data.routes[pair]!;
    if (expert < firstExpert || expert >= firstExpert + experts) continue;
    const linear = (row: number): number => {
      const weights = ((expert - firstExpert) * rows + row) * columns;
      let sum = shape.bias ? data.bias[expert * rows + row]! : 0;
      for (let k = 0; k < columns; k++)
        sum += data.weights[weights + k]! * data.x[Math.floor(pair / used) * inputStride + k]!;
      return sum;
    };
    const start = pair * outputStride;
    for (let row = 0; row < rows; row++) {
      if (epilogue === 'store') y[start + row] = linear(row);
      if (epilogue === 'gate') y[start + row] = activations[activation](y[start + row]!, linear(row));
      if (epilogue === 'glu' && row % 2 === 0)
        y[start + row / 2] = activations[activation](linear(row), linear(row + 1));
    }
  }
  return y;
}
