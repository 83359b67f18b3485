/** What a linear layer computes, for `matvec` and `matmul`. */
import { layerNormReference } from './layer-norm.ref.ts';
import type { LinearShape } from './matvec.ts';
import { rmsNormReference } from './rms-norm.ref.ts';
import { settleReference } from './settle.ref.ts';

/** What a linear layer reads. */
export interface LinearData {
  /** (rows, columns), dequantised */
  readonly weights: ArrayLike<number>;
  /** (token, inputStride); of a stream with an addend (3, inputStride) */
  readonly x: ArrayLike<number>;
  /** (columns) */
  readonly normWeight: ArrayLike<number>;
  /** The bias of a layer norm that is folded in: (columns) */
  readonly normBias?: ArrayLike<number>;
  /** (rows of the whole output), before a layer norm is folded into it */
  readonly bias: ArrayLike<number>;
  /** (token, outputStride), as it was before */
  readonly y: ArrayLike<number>;
}

const activations = {
  silu: (value: number): number => value / (1 + Math.exp(-value)),
  gelu: (value: number): number =>
    0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3))),
};

/** y after the layer has run over `tokens` tokens: (token, outputStride). */
export function matvecReference(shape: LinearShape, data: LinearData, tokens: number): Float64Array<ArrayBuffer> {
  const { columns, rows, firstRow, inputStride, outputStride, norm, epilogue, lastTokenOnly } = shape;
  const { activation = 'silu', scale = 1, softcap } = shape;
  const activate = activations[activation];
  const cap = (value: number): number => (softcap === undefined ? value : softcap * Math.tanh(value / softcap));
  const y = Float64Array.from(data.y);
  const joined = shape.joins ? settleReference({ dim: columns, ...shape.joins }, data.x, inputStride) : data.x;
  const normed = (epsilon: number) =>
    norm?.foldedRows === undefined
      ? rmsNormReference({ dim: columns, epsilon }, joined, data.normWeight, tokens, inputStride)
      : layerNormReference({ dim: columns, epsilon }, joined, data.normWeight, data.normBias!, tokens, inputStride);
  const x = norm ? normed(norm.epsilon) : joined;
  const linear = (token: number, row: number): number => {
    let sum = shape.bias ? data.bias[firstRow + row]! : 0;
    for (let k = 0; k < columns; k++) sum += data.weights[row * columns + k]! * x[token * inputStride + k]!;
    return sum;
  };
  for (let token = lastTokenOnly ? tokens - 1 : 0; token < tokens; token++) {
    const start = (lastTokenOnly ? 0 : token) * outputStride;
    for (let row = 0; row < rows; row++) {
      const at = start + firstRow + row;
      if (epilogue === 'store') y[at] = cap(scale * linear(token, row));
      if (epilogue === 'add') y[at]! += scale * linear(token, row);
      if (epilogue === 'gate') y[at] = activate(y[at]!) * linear(token, row);
      if (epilogue === 'activate') y[at] = activate(linear(token, row));
      if (epilogue === 'glu' && row % 2 === 0)
        y[start + (firstRow + row) / 2] = activate(linear(token, row)) * linear(token, row + 1);
    }
  }
  return y;
}
