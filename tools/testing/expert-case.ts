/** Data of one layer of experts for parity tests of `expert-matvec` and `expert-sum`: planes, routes and activations. */
import type { ExpertData } from '../../shaders/expert-matvec.ref.ts';
import type { ExpertShape } from '../../shaders/expert-matvec.ts';
import { rowStride } from '../../shaders/kernel.ts';
import { quantFormats } from '../../shaders/quant/format.ts';
import { emptyPlanes, repackReference } from '../../shaders/repack.ref.ts';
import type { Route } from '../../shaders/route.ref.ts';
import { randomBits, randomWeights } from './random-weights.ts';
import { seededRandom } from './run-kernel.ts';
import type { BufferData } from './run-kernel.ts';

/** What the reference reads, and the same as the kernels' bindings. */
export interface ExpertCase {
  readonly data: ExpertData;
  readonly bindings: Record<string, BufferData>;
}

/** Fills in a shape: y has `spare` floats a row besides the outputs. */
export function expertShape(
  shape: Pick<ExpertShape, 'type' | 'columns' | 'rows' | 'experts' | 'used'> & Partial<ExpertShape>,
  spare = 5,
): ExpertShape {
  return {
    firstExpert: 0,
    inputStride: rowStride(shape.columns),
    outputStride: shape.rows + spare,
    bias: false,
    ...shape,
  };
}

/**
 * Seeded data. Of `layerExperts` experts each token has `used` different ones; in x a row belongs to a token, or to a token
 * and its expert.
 */
export function expertCase(
  shape: ExpertShape,
  tokens: number,
  options: { rowsPerToken: 'one' | 'used'; outputs: 'one' | 'used'; layerExperts?: number },
): ExpertCase {
  const { type, columns, rows, experts, firstExpert, used, inputStride, outputStride } = shape;
  const layerExperts = options.layerExperts ?? firstExpert + experts;
  const random = seededRandom(1);
  const uniform = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, random);
  const planeRows = experts * rows;
  const bytes = randomWeights(type, [experts, rows, columns], 1 / Math.sqrt(columns), randomBits(1));
  const planes = emptyPlanes(type, planeRows, columns);
  const slice = { rows: planeRows, firstRow: 0, rowStep: 1, rowOffset: 0 };
  repackReference({ type, columns, planeRows }, bytes, slice, planes);
  const routes: Route[] = Array.from({ length: tokens * used }, (_, pair) => ({
    expert: (3 * Math.floor(pair / used) + (pair % used)) % layerExperts,
    weight: Math.fround(random()),
  }));
  const words = new Uint32Array(2 * routes.length);
  const floats = new Float32Array(words.buffer);
  for (const [pair, { expert, weight }] of routes.entries()) {
    words[2 * pair] = expert;
    floats[2 * pair + 1] = weight;
  }
  const perToken = (which: 'one' | 'used'): number => (which === 'one' ? 1 : used);
  const x = uniform(tokens * perToken(options.rowsPerToken) * inputStride).map((value, i) =>
    i % inputStride < columns ? 4 * value : 0,
  );
  const bias = uniform(layerExperts * rows);
  const y = uniform(tokens * perToken(options.outputs) * outputStride);
  return {
    data: { weights: quantFormats[type].dequantize(bytes, planeRows * columns), x, routes, bias, y },
    bindings: { ...planes, x, routes: words, bias, y, step: Uint32Array.of(0, tokens, 0, 0) },
  };
}
