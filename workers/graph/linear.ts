/**
 * Products of weights and activations: one kernel for each tensor of the op and each shard of it, matrix × vector for a
 * token, tiles for a chunk where barriers are not dear. Two tensors of different types are one kernel in decode.
 */
import { matmul } from '../../shaders/matmul.ts';
import { matvecMixed, MIXED_ROWS } from '../../shaders/matvec-mixed.ts';
import type { LinearProduct } from '../../shaders/matvec-plan.ts';
import { type LinearShape, matvec } from '../../shaders/matvec.ts';
import type { QuantType } from '../../shaders/quant/types.ts';
import { rmsNorm } from '../../shaders/rms-norm.ts';
import { type Activation, checkDim, type Graph, type Norm, type Way, WAYS } from './graph.ts';
import type { Matrix, MatrixShard } from './matrix.ts';
import type { Slot } from './slot.ts';

/** One product of a linear op: its matrix, an optional bias (rows), and where its rows begin in the output. */
export interface LinearPart {
  readonly matrix: Matrix;
  readonly bias: Slot | null;
  readonly firstRow: number;
}

/** A linear op: output (tokens, rows) ← epilogue of W · norm(input) + bias. */
export interface LinearOp extends Pick<LinearShape, 'activation' | 'scale' | 'softcap'> {
  readonly input: Activation;
  readonly parts: readonly LinearPart[];
  readonly output: Activation;
  readonly norm?: Norm | undefined;
  /** Default `store`. */
  readonly epilogue?: LinearShape['epilogue'];
  /** Computes the step's last token alone, into row 0; in a few step every token, for each has one sampled behind it. */
  readonly lastToken?: boolean;
}

/** Tokens for which one thread keeps sums when there are no tiles: a block is dequantised once for all of them. */
const TOKENS_PER_THREAD = 8;

/**
 * output (tokens, rows) ← W · norm(input) + bias.
 *
 * `add` adds to the output (the residual stream); `glu` expects gate and up rows interleaved and halves them; `gate` is
 * act(output) times the product, in place, for files whose gate and up have different types; `activate` is act of the
 * product. `scale` and `softcap` are those of `LinearShape`.
 */
export function linear(graph: Graph, op: LinearOp): void {
  const { input, norm, lastToken = false } = op;
  if (norm?.bias) {
    const normed = graph.normed(input, norm);
    for (const way of WAYS) recordLinear(graph, way, op, normed, null);
    return;
  }
  recordLinear(graph, 'decode', op, input, norm ?? null);
  for (const way of ['few', 'prefill'] as const) {
    if (!norm || (way === 'prefill' && lastToken)) {
      recordLinear(graph, way, op, input, norm ?? null);
      continue;
    }
    // Over several tokens a norm of its own is cheaper than one in every row of the product.
    const normed = graph.normedScratch(input);
    const buffers = { x: input.slot, weight: norm.weight, y: normed.slot, step: graph.step };
    graph.record(way, rmsNorm, { dim: input.dim, epsilon: norm.epsilon }, buffers);
    recordLinear(graph, way, op, normed, null);
  }
}

/** One way of a linear op, over an input that may be normed already, with a norm that may be fused in. */
function recordLinear(graph: Graph, way: Way, op: LinearOp, input: Activation, norm: Norm | null): void {
  // A way that the model does not have must not ask for plans that nobody runs.
  if (way === 'few' && graph.fewTokens === 0) return;
  const { parts, output, epilogue = 'store' } = op;
  for (const { matrix, firstRow } of parts) {
    checkDim(matrix.label, matrix.columns, input.dim);
    const outputRow = firstRow + matrix.rows;
    const outputDim = epilogue === 'glu' ? outputRow / 2 : outputRow;
    if (outputDim > output.dim) checkDim(`${matrix.label} rows`, output.dim, outputDim);
  }
  const [first, second, ...rest] = parts;
  const mixed = way === 'decode' && first && second && op.lastToken !== true && fitTogether(graph, first, second);
  if (mixed) recordMixed(graph, op, input, norm, [first, second]);
  for (const part of mixed ? rest : parts) recordPart(graph, way, op, input, norm, part);
}

/** Whether two products of one input can be one dispatch. */
function fitTogether(graph: Graph, first: LinearPart, second: LinearPart): boolean {
  const { rows, shards } = first.matrix;
  const whole = shards.length === 1 && second.matrix.shards.length === 1;
  return graph.fuses && whole && rows % MIXED_ROWS === 0 && second.firstRow === first.firstRow + rows;
}

/** Two products of a token, of two types, in one dispatch. */
function recordMixed(
  graph: Graph,
  op: LinearOp,
  input: Activation,
  norm: Norm | null,
  parts: readonly [LinearPart, LinearPart],
): void {
  const [{ matrix: first, bias, firstRow }, { matrix: second }] = parts;
  const [firstShard, secondShard] = [first.shards[0]!, second.shards[0]!];
  const shape = shapeOf(op, 'decode', input, norm, bias);
  const asked = parts.map(({ matrix }) => ask(graph, 'decode', shape, matrix.type, matrix.shards[0]!));
  // The larger one says how both are dealt.
  const [larger] = asked.toSorted((a, b) => b.rows - a.rows);
  const types = [first.type, second.type] as const;
  const mixed = { ...shape, types, firstTypeRows: first.rows, firstRow, rows: first.rows + second.rows };
  graph.record('decode', matvecMixed, () => ({ ...mixed, plan: graph.plans.planFor(larger!) }), {
    quants_first: firstShard.quants,
    scales_first: firstShard.scales,
    quants_second: secondShard.quants,
    scales_second: secondShard.scales,
    ...buffersOf(graph, op, input, norm, bias),
  });
}

/** One product: a dispatch for each shard of its matrix. */
function recordPart(
  graph: Graph,
  way: Way,
  op: LinearOp,
  input: Activation,
  norm: Norm | null,
  { matrix, bias, firstRow }: LinearPart,
): void {
  const shared = shapeOf(op, way, input, norm, bias);
  const tiled = way === 'prefill' && !shared.lastTokenOnly && graph.tiles;
  for (const shard of matrix.shards) {
    const shape = { ...shared, type: matrix.type, rows: shard.rows, firstRow: firstRow + shard.firstRow };
    const buffers = { quants: shard.quants, scales: shard.scales, ...buffersOf(graph, op, input, norm, bias) };
    if (tiled) {
      graph.record(way, matmul, shape, buffers);
      continue;
    }
    const product = ask(graph, way, shared, matrix.type, shard);
    // Plans are set once all products are known.
    graph.record(way, matvec, () => ({ ...shape, plan: graph.plans.planFor(product) }), buffers);
  }
}

/** Notes what a step reads through a shard, and asks for its plan. */
function ask(
  graph: Graph,
  way: Way,
  { columns, tokenTile }: Pick<LinearShape, 'columns' | 'tokenTile'>,
  type: QuantType,
  { rows, quants, scales }: MatrixShard,
): LinearProduct {
  const bytes = quants.bytes + scales.bytes;
  if (way === 'decode') graph.decodeWeightBytes += bytes;
  const product = { type, rows, columns, tokens: tokenTile };
  // What prefill shares with decode is counted once.
  graph.plans.ask(product, way === 'decode' || tokenTile > 1 ? bytes : 0);
  return product;
}

/** What the products of an op have in common. */
function shapeOf(
  op: LinearOp,
  way: Way,
  input: Activation,
  norm: Norm | null,
  bias: Slot | null,
): Omit<LinearShape, 'type' | 'rows' | 'firstRow'> {
  const { output, epilogue = 'store', activation = 'silu', scale = 1, softcap = 0 } = op;
  const lastTokenOnly = op.lastToken === true && way !== 'few';
  return {
    columns: input.dim,
    inputStride: input.stride,
    outputStride: output.stride,
    norm: norm && { epsilon: norm.epsilon },
    bias: bias !== null,
    epilogue,
    activation,
    scale,
    softcap,
    lastTokenOnly,
    tokenTile: way === 'decode' || lastTokenOnly ? 1 : TOKENS_PER_THREAD,
  };
}

function buffersOf(graph: Graph, { output }: LinearOp, input: Activation, norm: Norm | null, bias: Slot | null) {
  return {
    x: input.slot,
    norm_weight: norm?.weight ?? graph.nothing,
    bias: bias ?? graph.nothing,
    y: output.slot,
    step: graph.step,
  };
}
