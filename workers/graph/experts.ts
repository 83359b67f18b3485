/**
 * Ops of a mixture of experts: a router's logits choose experts for each token on the GPU, and only those are run, all of
 * a layer in one dispatch. A chunk of a prompt goes by tiles, where an expert's weights are read for 32 tokens at once;
 * without tiles each token reads its experts' weights by itself.
 */
import { expertCombine } from '../../shaders/expert-combine.ts';
import { expertMatmul, type ExpertMatmulShape } from '../../shaders/expert-matmul.ts';
import { expertMatvec, type ExpertMatvecShape, type ExpertShape } from '../../shaders/expert-matvec.ts';
import { expertSum } from '../../shaders/expert-sum.ts';
import { rowStride } from '../../shaders/kernel.ts';
import { route, ROUTE_BYTES, type RouteShape } from '../../shaders/route.ts';
import { type Activation, checkDim, type Graph, type Way } from './graph.ts';
import type { Matrix } from './matrix.ts';
import type { Slot } from './slot.ts';

/** Experts' matrices (experts, rows, columns) as one matrix of experts · rows rows, with biases (experts, rows) or none. */
export interface ExpertPart {
  readonly matrix: Matrix;
  readonly experts: number;
  readonly bias: Slot | null;
}

/** The experts that were chosen: (tokens, used) of index and weight. */
export interface Routes {
  readonly slot: Slot;
  readonly used: number;
}

const WAYS = ['decode', 'prefill'] as const;

/** How experts are chosen and weighed. */
export type Choice = Pick<RouteShape, 'experts' | 'used' | 'weights' | 'scale'>;

/** Chooses the experts with the largest logits (tokens, experts). */
export function routeTokens(graph: Graph, logits: Activation, choice: Choice): Routes {
  checkDim('router logits', choice.experts, logits.dim);
  const slot = graph.shared(`routes to ${choice.used}`, ROUTE_BYTES * graph.chunkTokens * choice.used);
  graph.recordAll(route, { ...choice, stride: logits.stride }, { logits: logits.slot, routes: slot, step: graph.step });
  return { slot, used: choice.used };
}

/** Scratch (tokens, used, dim), a row for each token and each of its experts. */
export function expertActivation(graph: Graph, label: string, dim: number, used: number): Activation {
  const stride = rowStride(dim);
  return { slot: graph.shared(`${label} ${used}×${dim}`, 4 * graph.chunkTokens * used * stride), dim, stride };
}

/** output (tokens, used, rows) ← what the chosen experts make of input (tokens, columns), by the kernel's epilogue. */
export function runExperts(
  graph: Graph,
  routes: Routes,
  op: { input: Activation; part: ExpertPart; output: Activation } & Pick<ExpertMatvecShape, 'epilogue' | 'activation'>,
): void {
  const { input, part, output, epilogue, activation } = op;
  const rows = part.matrix.rows / part.experts;
  checkDim(part.matrix.label, part.matrix.columns, input.dim);
  checkDim(`${part.matrix.label} rows`, output.dim, epilogue === 'glu' ? rows / 2 : rows);
  for (const way of WAYS) {
    for (const { shape, buffers } of shards(graph, routes, part, input, output)) {
      const layer = { ...shape, epilogue, activation };
      if (way === 'prefill' && graph.tiles) graph.record(way, expertMatmul, tiled(graph, layer, 'tokens'), buffers);
      else graph.record(way, expertMatvec, layer, buffers);
    }
  }
  countDecoded(graph, routes, part);
}

/** output (tokens, rows) += the weighted sum of what the chosen experts make of their input (tokens, used, columns). */
export function addExperts(
  graph: Graph,
  routes: Routes,
  input: Activation,
  part: ExpertPart,
  output: Activation,
): void {
  checkDim(part.matrix.label, part.matrix.columns, input.dim);
  checkDim(`${part.matrix.label} rows`, output.dim, part.matrix.rows / part.experts);
  const summing: readonly Way[] = graph.tiles ? ['decode'] : WAYS;
  for (const way of summing) {
    for (const { shape, buffers } of shards(graph, routes, part, input, output))
      graph.record(way, expertSum, shape, buffers);
  }
  if (graph.tiles) addByTiles(graph, routes, input, part, output);
  countDecoded(graph, routes, part);
}

/** By tiles two experts of one token meet in no workgroup: each leaves its own row, and the rows are added after. */
function addByTiles(graph: Graph, routes: Routes, input: Activation, part: ExpertPart, output: Activation): void {
  const rows = expertActivation(graph, 'output of experts', output.dim, routes.used);
  for (const { shape, buffers } of shards(graph, routes, part, input, rows)) {
    const layer = { ...shape, epilogue: 'store', activation: 'silu' } as const;
    graph.record('prefill', expertMatmul, tiled(graph, layer, 'pairs'), buffers);
  }
  const shape = { used: routes.used, stride: output.stride };
  const buffers = { z: rows.slot, routes: routes.slot, y: output.slot, step: graph.step };
  graph.record('prefill', expertCombine, shape, buffers);
}

function tiled(graph: Graph, shape: ExpertMatvecShape, inputs: ExpertMatmulShape['inputs']): ExpertMatmulShape {
  return { ...shape, inputs, maxTokens: graph.chunkTokens };
}

/** A dispatch for each shard: each runs the experts that it holds. */
function shards(
  graph: Graph,
  { slot, used }: Routes,
  { matrix, experts, bias }: ExpertPart,
  input: Activation,
  output: Activation,
): { shape: ExpertShape; buffers: Readonly<Record<string, Slot>> }[] {
  const rows = matrix.rows / experts;
  return matrix.shards.map(({ firstRow, rows: shardRows, quants, scales }) => ({
    shape: {
      type: matrix.type,
      columns: matrix.columns,
      rows,
      firstExpert: firstRow / rows,
      experts: shardRows / rows,
      used,
      inputStride: input.stride,
      outputStride: output.stride,
      bias: bias !== null,
    },
    buffers: {
      quants,
      scales,
      x: input.slot,
      routes: slot,
      bias: bias ?? graph.nothing,
      y: output.slot,
      step: graph.step,
    },
  }));
}

/** A decoded token reads its own experts only. */
function countDecoded(graph: Graph, { used }: Routes, { matrix, experts }: ExpertPart): void {
  const bytes = matrix.shards.reduce((sum, { quants, scales }) => sum + quants.bytes + scales.bytes, 0);
  graph.decodeWeightBytes += (bytes * used) / experts;
}
