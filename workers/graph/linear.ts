/**
 * Products of weights and activations: one kernel for each tensor of the op and each shard of it, matrix × vector for a
 * token, tiles for a chunk where barriers are not dear. Two tensors of different types are one kernel in decode.
 */
import { matmul } from '../../shaders/matmul.ts';
import { type DeferredLinearShape, matvecDeferred } from '../../shaders/matvec-deferred.ts';
import { matvecMixed, MIXED_ROWS } from '../../shaders/matvec-mixed.ts';
import type { LinearProduct } from '../../shaders/matvec-plan.ts';
import { type LinearShape, matvec } from '../../shaders/matvec.ts';
import type { QuantType } from '../../shaders/quant/types.ts';
import { rmsNorm } from '../../shaders/rms-norm.ts';
import { type Activation, checkDim, type Graph, type Norm, type Way, WAYS } from './graph.ts';
import type { Matrix, MatrixShard } from './matrix.ts';
import { Slot } from './slot.ts';
import type { Stream } from './streams.ts';

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
  /** RMS norm of the product, before it is added to the output; with neither `norm` nor another epilogue than `add`. */
  readonly postNorm?: Norm | undefined;
  /** Default `store`. */
  readonly epilogue?: LinearShape['epilogue'];
  /** Computes the step's last token alone, into row 0; in a few step every token, for each has one sampled behind it. */
  readonly lastToken?: boolean;
}

/** What a product reads. */
interface Source extends Pick<Stream, 'joins'> {
  /** May be normed already. */
  readonly input: Activation;
  /** Fused in: the weight, what is added, and of a layer norm the rows that it is folded into. */
  readonly norm: (Pick<Norm, 'weight' | 'epsilon'> & { readonly foldedRows?: number }) | null;
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
  const { input, norm, postNorm, lastToken = false } = op;
  if (postNorm) {
    addNormed(graph, op, postNorm);
    return;
  }
  const { slot, joins } = graph.streams.at(input.slot);
  if (!norm?.bias) recordLinear(graph, 'decode', op, { input: { ...input, slot }, norm: norm ?? null, joins });
  else if (graph.fuses) recordFolded(graph, op, { ...norm, bias: norm.bias }, { input: { ...input, slot }, joins });
  for (const way of WAYS) {
    if (way === 'decode' && (!norm?.bias || graph.fuses)) continue;
    if (!norm || (way === 'prefill' && lastToken && !norm.bias)) {
      recordLinear(graph, way, op, { input, norm: norm ?? null });
      continue;
    }
    // Over several tokens a norm of its own is cheaper than one in every row of the product.
    const normed = graph.normedScratch(input);
    graph.recordNorm(way, input, norm, normed);
    recordLinear(graph, way, op, { input: normed, norm: null });
  }
}

/**
 * A product of one token's layer norm: W·((x − m)·w / s + b) + bias = (W·(w·x) − m·(W·w)) / s + (W·b + bias). W·w and
 * W·b + bias do not change, so that they are made once, when the weights are there.
 */
function recordFolded(
  graph: Graph,
  op: LinearOp,
  { weight, bias: normBias, epsilon }: Required<Norm>,
  source: Omit<Source, 'norm'>,
): void {
  const { parts } = op;
  const { dim, stride } = source.input;
  const rows = Math.max(...parts.map(({ matrix, firstRow }) => firstRow + matrix.rows));
  const label = `${parts.map(({ matrix }) => matrix.label).join(' + ')} of its norm`;
  const folded = graph.memory.add(new Slot(label, 4 * 2 * rows, 'weights'));
  for (const { matrix, bias, firstRow } of parts) {
    for (const shard of matrix.shards) {
      for (const [x, added, at] of [[normBias, bias, 0] as const, [weight, null, rows] as const]) {
        const shape = {
          ...{ type: matrix.type, columns: dim, rows: shard.rows, firstRow: at + firstRow + shard.firstRow },
          ...{ inputStride: stride, outputStride: 2 * rows, norm: null, bias: added !== null },
          ...({ epilogue: 'store', lastTokenOnly: false, tokenTile: 1 } as const),
        };
        graph.recordPreparation(matvec, shape, {
          ...{ quants: shard.quants, scales: shard.scales, x, norm_weight: graph.nothing },
          ...{ bias: added ?? graph.nothing, y: folded, step: graph.step },
        });
      }
    }
  }
  const withFolded = { ...op, parts: parts.map((part) => ({ ...part, bias: folded })) };
  recordLinear(graph, 'decode', withFolded, { ...source, norm: { weight, epsilon, foldedRows: rows } });
}

/** output += norm(product): decode leaves the norm and the sum to whoever reads the output next. */
function addNormed(graph: Graph, op: LinearOp, { weight, epsilon }: Norm): void {
  const { input, output, parts } = op;
  const { dim, stride } = output;
  const [part, ...others] = parts;
  const added = { slot: graph.shared(`added ${dim}`, 4 * graph.chunkTokens * stride), dim, stride };
  for (const way of WAYS) {
    if (way === 'decode' && graph.fuses && part && others.length === 0) {
      recordDeferred(graph, input, part, { weight, epsilon }, output);
      continue;
    }
    recordLinear(graph, way, { input, parts, output: added }, { input, norm: null });
    const buffers = { x: added.slot, weight, y: output.slot, step: graph.step };
    graph.record(way, rmsNorm, { dim, epsilon, add: true }, buffers);
  }
}

/** The product of one token as an addend beside the stream `output`. */
function recordDeferred(
  graph: Graph,
  input: Activation,
  { matrix, bias, firstRow }: LinearPart,
  { weight, epsilon }: Norm,
  output: Activation,
): void {
  checkDim(matrix.label, matrix.columns, input.dim);
  checkDim(`${matrix.label} rows`, output.dim, firstRow + matrix.rows);
  const { slot: previous, joins } = graph.streams.at(output.slot);
  const y = graph.streams.next(output);
  for (const shard of matrix.shards) {
    const { type, columns } = matrix;
    const shape: DeferredLinearShape = {
      ...{ type, columns, rows: shard.rows, firstRow: firstRow + shard.firstRow, inputStride: input.stride },
      ...{ outputDim: output.dim, outputStride: output.stride, bias: bias !== null },
      settles: joins ? { epsilon: joins.epsilon } : null,
    };
    const product = ask(graph, 'decode', { columns, tokenTile: 1 }, type, shard);
    const buffers = {
      ...{ quants: shard.quants, scales: shard.scales, x: input.slot, norm_weight: weight },
      ...{ bias: bias ?? graph.nothing, previous, y, step: graph.step },
    };
    graph.record('decode', matvecDeferred, () => ({ ...shape, plan: graph.plans.planFor(product) }), buffers);
  }
  graph.streams.move(output.slot, { slot: y, joins: { epsilon, of: output } });
}

/** One way of a linear op. */
function recordLinear(graph: Graph, way: Way, op: LinearOp, source: Source): void {
  // A way that the model does not have must not ask for plans that nobody runs.
  if (way === 'few' && graph.fewTokens === 0) return;
  const { parts, output, epilogue = 'store' } = op;
  for (const { matrix, firstRow } of parts) {
    checkDim(matrix.label, matrix.columns, source.input.dim);
    const outputRow = firstRow + matrix.rows;
    const outputDim = epilogue === 'glu' ? outputRow / 2 : outputRow;
    if (outputDim > output.dim) checkDim(`${matrix.label} rows`, output.dim, outputDim);
  }
  const [first, second, ...rest] = parts;
  const mixed = way === 'decode' && first && second && op.lastToken !== true && fitTogether(graph, first, second);
  if (mixed) recordMixed(graph, op, source, [first, second]);
  for (const part of mixed ? rest : parts) recordPart(graph, way, op, source, part);
}

/** Whether two products of one input can be one dispatch. */
function fitTogether(graph: Graph, first: LinearPart, second: LinearPart): boolean {
  const { rows, shards } = first.matrix;
  const whole = shards.length === 1 && second.matrix.shards.length === 1;
  return graph.fuses && whole && rows % MIXED_ROWS === 0 && second.firstRow === first.firstRow + rows;
}

/** Two products of a token, of two types, in one dispatch. */
function recordMixed(graph: Graph, op: LinearOp, source: Source, parts: readonly [LinearPart, LinearPart]): void {
  const [{ matrix: first, bias, firstRow }, { matrix: second }] = parts;
  const [firstShard, secondShard] = [first.shards[0]!, second.shards[0]!];
  const shape = shapeOf(op, 'decode', source, bias);
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
    ...buffersOf(graph, op, source, bias),
  });
}

/** One product: a dispatch for each shard of its matrix. */
function recordPart(
  graph: Graph,
  way: Way,
  op: LinearOp,
  source: Source,
  { matrix, bias, firstRow }: LinearPart,
): void {
  const shared = shapeOf(op, way, source, bias);
  const tiled = way === 'prefill' && !shared.lastTokenOnly && graph.tiles;
  for (const shard of matrix.shards) {
    const shape = { ...shared, type: matrix.type, rows: shard.rows, firstRow: firstRow + shard.firstRow };
    const buffers = { quants: shard.quants, scales: shard.scales, ...buffersOf(graph, op, source, bias) };
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
  { input, norm, joins }: Source,
  bias: Slot | null,
): Omit<LinearShape, 'type' | 'rows' | 'firstRow'> {
  const { output, epilogue = 'store', activation = 'silu', scale = 1, softcap = 0 } = op;
  const lastTokenOnly = op.lastToken === true && way !== 'few';
  return {
    columns: input.dim,
    inputStride: input.stride,
    outputStride: output.stride,
    norm: norm && { epsilon: norm.epsilon, foldedRows: norm.foldedRows },
    joins: joins && { epsilon: joins.epsilon },
    bias: bias !== null,
    epilogue,
    activation,
    scale,
    softcap,
    lastTokenOnly,
    tokenTile: way === 'decode' || lastTokenOnly ? 1 : TOKENS_PER_THREAD,
  };
}

function buffersOf(graph: Graph, { output }: LinearOp, { input, norm }: Source, bias: Slot | null) {
  return {
    x: input.slot,
    norm_weight: norm?.weight ?? graph.nothing,
    bias: bias ?? graph.nothing,
    y: output.slot,
    step: graph.step,
  };
}
