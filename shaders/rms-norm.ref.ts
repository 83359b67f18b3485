/** y[t, i] = x[t, i] / √(mean(x[t, :]²) + ε) · weight[i]; x and y (token, stride), weight (dim). */
export function rmsNormReference(
  { dim, epsilon }: { dim: number; epsilon: number },
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  tokens: number,
  stride: number,
): Float64Array<ArrayBuffer> {
  const y = new Float64Array(tokens * stride);
  for (let t = 0; t < tokens; t++) {
    let squares = 0;
    for (let i = 0; i < dim; i++) squares += x[t * stride + i]! ** 2;
    const scale = 1 / Math.sqrt(squares / dim + epsilon);
    for (let i = 0; i < dim; i++) y[t * stride + i] = x[t * stride + i]! * scale * weight[i]!;
  }
  return y;
}
