/** Data of one linear layer for parity tests of `matvec` and `matmul`: planes and activations at any odd size. */
import { rowStride } from '../../shaders/kernel.ts';
import type { LinearData } from '../../shaders/matvec.ref.ts';
import type { LinearShape } from '../../shaders/matvec.ts';
import { quantFormats } from '../../shaders/quant/format.ts';
import { emptyPlanes, repackReference } from '../../shaders/repack.ref.ts';
import { randomBits, randomWeights } from './random-weights.ts';
import { seededRandom } from './run-kernel.ts';
import type { BufferData } from './run-kernel.ts';

/** What the reference reads, and the same as the kernels' bindings. */
export interface LinearCase {
  readonly shape: LinearShape;
  readonly data: LinearData;
  readonly bindings: Record<string, BufferData>;
}

/** Fills in a shape: y has `spare` floats a token besides the shard's own. */
export function linearShape(
  shape: Pick<LinearShape, 'type' | 'columns' | 'rows'> & Partial<LinearShape>,
  spare = 5,
): LinearShape {
  const firstRow = shape.firstRow ?? 0;
  return {
    firstRow,
    inputStride: rowStride(shape.columns),
    outputStride: firstRow + shape.rows + spare,
    norm: null,
    bias: false,
    epilogue: 'store',
    lastTokenOnly: false,
    tokenTile: 1,
    ...shape,
  };
}

/** Seeded data: weights in which every code and packed scale occurs, the rest uniform in [−1, 1). */
export function linearCase(shape: LinearShape, tokens: number, seed = 1): LinearCase {
  const { type, columns, rows, firstRow, inputStride, outputStride } = shape;
  const random = seededRandom(seed);
  const uniform = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, random);
  const bytes = randomWeights(type, [rows, columns], 1 / Math.sqrt(columns), randomBits(seed));
  const planes = emptyPlanes(type, rows, columns);
  repackReference({ type, columns, planeRows: rows }, bytes, { rows, firstRow: 0, rowStep: 1, rowOffset: 0 }, planes);
  const x = uniform(tokens * inputStride).map((value, i) => (i % inputStride < columns ? 4 * value : 0));
  const normWeight = uniform(rowStride(columns)).map((value, i) => (i < columns ? 1 + value / 2 : 0));
  const bias = uniform(firstRow + rows);
  const y = uniform(tokens * outputStride);
  return {
    shape,
    data: { weights: quantFormats[type].dequantize(bytes, rows * columns), x, normWeight, bias, y },
    bindings: { ...planes, x, norm_weight: normWeight, bias, y, step: Uint32Array.of(0, tokens, 0, 0) },
  };
}

/** A stream of one token with an addend beside it, (3, stride): values, the addend, and squares for every two of it. */
export function streamCase(dim: number, seed = 1): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const stride = rowStride(dim);
  const rows = [dim, dim, Math.ceil(dim / 2)];
  return Float32Array.from({ length: 3 * stride }, (_, i) => {
    const row = Math.floor(i / stride);
    if (i % stride >= rows[row]!) return 0;
    return row === 2 ? random() ** 2 : 4 * random();
  });
}
