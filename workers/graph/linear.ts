/**
 * Products of weights and activations: one kernel for each tensor of the op and each shard of it, matrix × vector for a
 * token, tiles for a chunk where barriers are not dear.
 */
import { matmul } from '../../shaders/matmul.ts';
import { type LinearShape, matvec } from '../../shaders/matvec.ts';
import { rmsNorm } from '../../shaders/rms-norm.ts';
import { type Activation, checkDim, type Graph, type Norm, type Way, WAYS } from './graph.ts';
import type { Matrix } from './matrix.ts';
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
  const { parts, output, epilogue = 'store', activation = 'silu', scale = 1, softcap = 0 } = op;
  const lastTokenOnly = op.lastToken === true && way !== 'few';
  const tiled = way === 'prefill' && !lastTokenOnly && graph.tiles;
  for (const { matrix, bias, firstRow } of parts) {
    checkDim(matrix.label, matrix.columns, input.dim);
    const outputRow = firstRow + matrix.rows;
    const outputDim = epilogue === 'glu' ? outputRow / 2 : outputRow;
    if (outputDim > output.dim) checkDim(`${matrix.label} rows`, output.dim, outputDim);
    for (const shard of matrix.shards) {
      const shape: LinearShape = {
        type: matrix.type,
        columns: matrix.columns,
        rows: shard.rows,
        firstRow: firstRow + shard.firstRow,
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
      const bytes = shard.quants.bytes + shard.scales.bytes;
      if (way === 'decode') graph.decodeWeightBytes += bytes;
      const product = { type: shape.type, rows: shape.rows, columns: shape.columns, tokens: shape.tokenTile };
      // What prefill shares with decode is counted once.
      if (!tiled) graph.plans.ask(product, way === 'decode' || shape.tokenTile > 1 ? bytes : 0);
      // Plans are set once all products are known.
      const planned = (): LinearShape => ({ ...shape, plan: graph.plans.planFor(product) });
      graph.record(way, tiled ? matmul : matvec, tiled ? shape : planned, {
        quants: shard.quants,
        scales: shard.scales,
        x: input.slot,
        norm_weight: norm?.weight ?? graph.nothing,
        bias: bias ?? graph.nothing,
        y: output.slot,
        step: graph.step,
      });
    }
  }
}
