/** The same layer as `matvec`, without a norm, for every token. */
import { matvecReference } from './matvec.ref.ts';
import type { LinearData } from './matvec.ref.ts';
import type { LinearShape } from './matvec.ts';

/** y after the layer has run over `tokens` tokens: (token, outputStride). */
export function matmulReference(shape: LinearShape, data: LinearData, tokens: number): Float64Array<ArrayBuffer> {
  return matvecReference({ ...shape, norm: null, lastTokenOnly: false }, data, tokens);
}
