/**
 * Known answers for the kernels of a mixture of experts: the choice, the products and the sum. How a tensor type is read is
 * checked with `matvec`, by the same code.
 */
import { expertCombine } from '../../shaders/expert-combine.ts';
import { expertCombineReference } from '../../shaders/expert-combine.ref.ts';
import { expertMatmul } from '../../shaders/expert-matmul.ts';
import { expertMatmulReference } from '../../shaders/expert-matmul.ref.ts';
import { expertMatvec, type ExpertShape } from '../../shaders/expert-matvec.ts';
import { type ExpertData, expertMatvecReference } from '../../shaders/expert-matvec.ref.ts';
import { expertSum } from '../../shaders/expert-sum.ts';
import { expertSumReference } from '../../shaders/expert-sum.ref.ts';
import type { Kernel, Variant } from '../../shaders/kernel.ts';
import { route, type RouteShape } from '../../shaders/route.ts';
import { routeReference } from '../../shaders/route.ref.ts';
import type { Gpu } from './gpu.ts';
import { compare, values } from './known-answers.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { runOnce } from './run-once.ts';

const TOKENS = 2;
const ROUTING: RouteShape = { experts: 6, used: 3, stride: 32, weights: 'softmax-of-chosen', scale: 1 };
const LAYER: ExpertShape = {
  type: 'F32',
  columns: 96,
  rows: 20,
  firstExpert: 0,
  experts: ROUTING.experts,
  used: ROUTING.used,
  inputStride: 96,
  outputStride: 20,
  bias: true,
};

/** Checks every kernel of experts in one form. Rejects with `GpuWrongResult`. */
export async function checkExperts(gpu: Gpu, pipelines: PipelineCache, variant: Variant): Promise<void> {
  const pairs = TOKENS * LAYER.used;
  const extent = { tokens: TOKENS, kvLength: TOKENS };
  const step = Uint32Array.of(0, TOKENS, 0, 0);
  const logits = values(TOKENS * ROUTING.stride);
  const routes = routeReference(ROUTING, logits, TOKENS);
  const words = new Uint32Array(2 * pairs);
  const floats = new Float32Array(words.buffer);
  for (const [pair, { expert, weight }] of routes.entries()) {
    words[2 * pair] = expert;
    floats[2 * pair + 1] = weight;
  }
  const chosen = await runOnce(gpu, pipelines, {
    kernel: route,
    shape: ROUTING,
    variant,
    extent,
    data: { logits, routes: words.byteLength, step },
    output: 'routes',
  });
  const experts = new Uint32Array(chosen);
  const weights = new Float32Array(chosen);
  const numbers = Float32Array.from({ length: 2 * pairs }, (_, i) => (i % 2 === 0 ? experts[i]! : weights[i]!));
  compare(route.name, numbers, Float64Array.from(routes.flatMap(({ expert, weight }) => [expert, weight])));

  // F32 planes are the weights' own bits.
  const matrix = values(LAYER.experts * LAYER.rows * LAYER.columns);
  const bias = values(LAYER.experts * LAYER.rows);
  const check = async <Shape extends ExpertShape>(
    kernel: Kernel<Shape>,
    shape: Shape,
    reference: (shape: Shape, data: ExpertData, tokens: number) => Float64Array,
    inputs: number,
    outputs: number,
  ): Promise<void> => {
    const x = values(inputs * shape.inputStride);
    const y = new Float32Array(outputs * shape.outputStride);
    const data = { quants: new Uint32Array(matrix.buffer), scales: 16, x, routes: words, bias, y, step };
    const result = await runOnce(gpu, pipelines, { kernel, shape, variant, extent, data, output: 'y' });
    const expected = reference(shape, { weights: matrix, x, routes, bias, y }, TOKENS);
    compare(kernel.name, new Float32Array(result, 0, y.length), expected);
  };
  const store = { ...LAYER, epilogue: 'store', activation: 'silu' } as const;
  await check(expertMatvec, store, expertMatvecReference, TOKENS, pairs);
  await check(expertSum, LAYER, expertSumReference, pairs, TOKENS);
  // Without tiles a prompt runs through these two as well.
  if (variant.reduction === 'thread') return;
  const tiled = { ...store, inputs: 'pairs', maxTokens: TOKENS } as const;
  await check(expertMatmul, tiled, expertMatmulReference, pairs, pairs);
  const z = values(pairs * LAYER.inputStride);
  const sums = new Float32Array(TOKENS * LAYER.inputStride);
  const rows = { used: LAYER.used, stride: LAYER.inputStride };
  const data = { z, routes: words, y: sums, step };
  const result = await runOnce(gpu, pipelines, {
    kernel: expertCombine,
    shape: rows,
    variant,
    extent,
    data,
    output: 'y',
  });
  compare(expertCombine.name, new Float32Array(result), expertCombineReference(rows, z, routes, sums));
}
