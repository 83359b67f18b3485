/** What `layer-norm` computes: plain loops in f64. */
import type { LayerNormShape } from './layer-norm.ts';

/** y[t, i] = (x[t, i] − mean) / √(variance + ε) · weight[i] + bias[i]; x and y (token, stride), weight and bias (dim). */
export function layerNormReference(
  { dim, epsilon }: LayerNormShape,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  tokens: number,
  stride: number,
): Float64Array<ArrayBuffer> {
  const y = new Float64Array(tokens * stride);
  for (let t = 0; t < tokens; t++) {
    let mean = 0;
    for (let i = 0; i < dim; i++) mean += x[t * stride + i]! / dim;
    let variance = 0;
    for (let i = 0; i < dim; i++) variance += (x[t * stride + i]! - mean) ** 2 / dim;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < dim; i++) y[t * stride + i] = (x[t * stride + i]! - mean) * scale * weight[i]! + bias[i]!;
  }
  return y;
}
