/**
 * Ops of a mixture of experts: a router's logits choose experts for each token on the GPU, and only those are run. All
 * chosen experts of a layer go in one dispatch, for a decoded token as for a chunk of a prompt; in a chunk each token
 * reads its experts' weights by itself.
 */
import { expertMatvec, type ExpertMatvecShape, type ExpertShape } from '../../shaders/expert-matvec.ts';
import { expertSum } from '../../shaders/expert-sum.ts';
import { rowStride } from '../../shaders/kernel.ts';
import { route, ROUTE_BYTES, type RouteShape } from '../../shaders/route.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Activation, Graph } from './graph.ts';
import type { Matrix, MatrixShard } from './matrix.ts';
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

/** How experts are chosen and weighed. */
export type Choice = Pick<RouteShape, 'experts' | 'used' | 'weights' | 'scale'>;

/** Chooses the experts with the largest logits (tokens, experts). */
export function routeTokens(graph: Graph, logits: Activation, choice: Choice): Routes {
  check('router logits', choice.experts, logits.dim);
  const slot = graph.shared(`routes to ${choice.used}`, ROUTE_BYTES * graph.chunkTokens * choice.used);
  graph.recordBoth(
    route,
    { ...choice, stride: logits.stride },
    { logits: logits.slot, routes: slot, step: graph.step },
  );
  return { slot, used: choice.used };
}

/** Scratch (tokens, used, dim), a row for each token and each of its experts. */
export function expertActivation(graph: Graph, label: string, dim: number, used: number): Activation {
  const stride = rowStride(dim);
  return { slot: graph.shared(`${label} ${dim}`, 4 * graph.chunkTokens * used * stride), dim, stride };
}

/** output (tokens, used, rows) ← what the chosen experts make of input (tokens, columns), by the kernel's epilogue. */
export function runExperts(
  graph: Graph,
  routes: Routes,
  op: { input: Activation; part: ExpertPart; output: Activation } & Pick<ExpertMatvecShape, 'epilogue' | 'activation'>,
): void {
  const { input, part, output, epilogue, activation } = op;
  const rows = part.matrix.rows / part.experts;
  check(part.matrix.label, part.matrix.columns, input.dim);
  check(`${part.matrix.label} rows`, output.dim, epilogue === 'glu' ? rows / 2 : rows);
  for (const [shape, buffers] of shards(graph, routes, part, input, output))
    graph.recordBoth(expertMatvec, { ...shape, epilogue, activation }, buffers);
}

/** output (tokens, rows) += the weighted sum of what the chosen experts make of their input (tokens, used, columns). */
export function addExperts(
  graph: Graph,
  routes: Routes,
  input: Activation,
  part: ExpertPart,
  output: Activation,
): void {
  check(part.matrix.label, part.matrix.columns, input.dim);
  check(`${part.matrix.label} rows`, output.dim, part.matrix.rows / part.experts);
  for (const [shape, buffers] of shards(graph, routes, part, input, output))
    graph.recordBoth(expertSum, shape, buffers);
}

/** A dispatch for each shard: each runs the experts that it holds. */
function shards(
  graph: Graph,
  { slot, used }: Routes,
  { matrix, experts, bias }: ExpertPart,
  input: Activation,
  output: Activation,
): [ExpertShape, Readonly<Record<string, Slot>>][] {
  const rows = matrix.rows / experts;
  return matrix.shards.map((shard: MatrixShard) => {
    graph.decodeWeightBytes += ((shard.quants.bytes + shard.scales.bytes) * used) / experts;
    const shape: ExpertShape = {
      type: matrix.type,
      columns: matrix.columns,
      rows,
      firstExpert: shard.firstRow / rows,
      experts: shard.rows / rows,
      used,
      inputStride: input.stride,
      outputStride: output.stride,
      bias: bias !== null,
    };
    const { quants, scales } = shard;
    const x = input.slot;
    return [shape, { quants, scales, x, routes: slot, bias: bias ?? graph.nothing, y: output.slot, step: graph.step }];
  });
}

function check(what: string, expected: number, got: number): void {
  if (expected !== got) throw new EngineError('ShapeMismatch', { what: `Sizes of ${what} do not fit`, expected, got });
}
