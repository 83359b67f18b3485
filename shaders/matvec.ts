/**
 * Multiplies quantised weights with the activations of one or a few tokens: every linear layer of decode, and of prefill
 * where a software adapter makes barriers dear. Norm, bias and what follows the layer are fused in.
 */
import { constants, directives, spread, STEP_WGSL } from './kernel.ts';
import type { Extent, Kernel, Variant, Workgroups } from './kernel.ts';
import { defaultPlan, type MatvecPlan } from './matvec-plan.ts';
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';
import epilogue from './snippets/epilogue.wgsl?raw';
import multiplyRows from './snippets/multiply-rows.wgsl?raw';
import { reduceSnippet } from './snippets/reduce.ts';
import rows2 from './snippets/rows-2.wgsl?raw';
import rows4 from './snippets/rows-4.wgsl?raw';
import rows8 from './snippets/rows-8.wgsl?raw';
import softcap from './snippets/softcap.wgsl?raw';
import text from './matvec.wgsl?raw';

/** One linear layer, or the shard of its rows that one pair of planes holds. */
export interface LinearShape {
  readonly type: QuantType;
  /** Weights a row has; values a token has in x. */
  readonly columns: number;
  /** Rows of this shard. */
  readonly rows: number;
  /** Place of the shard's first row in the output and in the bias. */
  readonly firstRow: number;
  /** Floats between two tokens in x; a multiple of 32, at least the columns. */
  readonly inputStride: number;
  /** Floats between two tokens in y. */
  readonly outputStride: number;
  /**
   * RMS norm of x before the product; its weight is padded with zeros to a multiple of 32. With `foldedRows`, the rows of the
   * whole output, a layer norm of one token: bias is (2, foldedRows), W·(the norm's bias) + bias and W·(the norm's weight).
   */
  readonly norm: { readonly epsilon: number; readonly foldedRows?: number | undefined } | null;
  /**
   * x is one token's stream as `matvec-deferred` leaves it, (3, inputStride), whose addend joins it here before the norm; with
   * what is added to the mean of the addend's squares.
   */
  readonly joins?: { readonly epsilon: number } | undefined;
  readonly bias: boolean;
  /**
   * What becomes of v = W·n(x) + bias: `store` y = cap(scale·v); `add` y += scale·v; `glu` (even rows gate, odd rows up,
   * both shard bounds even) y[row / 2] = act(gate)·up; `gate` y = act(y)·v; `activate` y = act(v).
   */
  readonly epilogue: 'store' | 'add' | 'glu' | 'gate' | 'activate';
  /** act above: SiLU (default), or GELU by its tanh form (Hendrycks and Gimpel 2016). */
  readonly activation?: 'silu' | 'gelu';
  /** Default 1. */
  readonly scale?: number;
  /** cap above is softcap · tanh(v / softcap); absent, it changes nothing. */
  readonly softcap?: number;
  /** Reads the step's last token only and writes row 0 of y. */
  readonly lastTokenOnly: boolean;
  /** Tokens that share one pass over the weights: 1 for decode, 8 for several tokens. */
  readonly tokenTile: number;
  /** How the product is dealt to lanes; absent, the default of its columns. `matmul` ignores it. */
  readonly plan?: MatvecPlan | undefined;
}

const rowsSnippets: Record<MatvecPlan['rows'], string> = { 2: rows2, 4: rows4, 8: rows8 };

const EPILOGUES = { store: 0, add: 1, glu: 2, gate: 3, activate: 4 } as const;
const ACTIVATIONS = { silu: 0, gelu: 1 } as const;

/** The override constants that matvec and matmul share. */
export function linearOverrides(shape: Omit<LinearShape, 'type'>): Record<string, number> {
  return {
    ROWS: shape.rows,
    FIRST_ROW: shape.firstRow,
    INPUT_STRIDE: shape.inputStride / 32,
    OUTPUT_STRIDE: shape.outputStride,
    BIAS: Number(shape.bias),
    FOLDED_ROWS: shape.norm?.foldedRows ?? 0,
    EPILOGUE: EPILOGUES[shape.epilogue],
    ACTIVATION: ACTIVATIONS[shape.activation ?? 'silu'],
    OUTPUT_SCALE: shape.scale ?? 1,
    OUTPUT_SOFTCAP: shape.softcap ?? 0,
  };
}

/** What the text and the grid of a product hang on, whatever its weights are. */
type DealtShape = Pick<LinearShape, 'columns' | 'rows' | 'tokenTile' | 'lastTokenOnly' | 'plan' | 'norm' | 'joins'>;

function tokenTileOf({ tokenTile, lastTokenOnly }: DealtShape): number {
  return lastTokenOnly ? 1 : tokenTile;
}

function planOf(shape: DealtShape, variant: Variant): MatvecPlan {
  const plan = shape.plan ?? defaultPlan(shape.columns, variant);
  const { reduction, lanes, groups } = plan;
  const isPower = Number.isInteger(Math.log2(lanes));
  const lanesFit = reduction === 'thread' ? lanes === 1 : isPower && lanes >= (reduction === 'shuffle' ? 2 : 8);
  if (!lanesFit || lanes * groups > 256 || (reduction === 'subgroup' && groups !== 1))
    throw new RangeError(`matvec cannot run by the plan ${JSON.stringify(plan)}; see MatvecPlan.`);
  return plan;
}

/**
 * The text of a kernel whose own part has the bindings, over weights whose format has `load_block` and `dot_block`.
 * `ending` has what becomes of sums, `finish_pair`, where it is not that of `LinearShape`.
 */
export function matvecSource(
  shape: DealtShape,
  variant: Variant,
  own: string,
  format: string,
  ending = softcap + epilogue,
): string {
  const { reduction, lanes, rows, groups } = planOf(shape, variant);
  const isOfOneToken = shape.joins !== undefined || shape.norm?.foldedRows !== undefined;
  if (isOfOneToken && tokenTileOf(shape) > 1)
    throw new RangeError('matvec folds a layer norm, and joins an addend, for one token at a time.');
  return (
    directives({ real: 'f32', reduction: reduction === 'shuffle' ? 'subgroup' : reduction }) +
    constants({ LANES: lanes, TOKEN_TILE: tokenTileOf(shape) }) +
    STEP_WGSL +
    format +
    reduceSnippet(reduction, rows === 2 ? 'vec2f' : 'vec4f', groups) +
    ending +
    rowsSnippets[rows] +
    multiplyRows +
    own
  );
}

/** The override constants of `snippets/multiply-rows.wgsl`, but for those that it shares with what becomes of the sums. */
export function multiplyOverrides({
  columns,
  norm,
  lastTokenOnly,
  joins,
}: Pick<LinearShape, 'columns' | 'norm' | 'lastTokenOnly' | 'joins'>): Record<string, number> {
  return {
    COLUMNS: columns,
    NORM: Number(norm !== null),
    EPSILON: norm?.epsilon ?? 0,
    CENTERED: Number(norm?.foldedRows !== undefined),
    LAST_TOKEN_ONLY: Number(lastTokenOnly),
    JOINS: Number(joins !== undefined),
    JOIN_EPSILON: joins?.epsilon ?? 0,
  };
}

/** The override constants of a product and of the epilogue. */
export function matvecOverrides(shape: Omit<LinearShape, 'type'>): Record<string, number> {
  return { ...linearOverrides(shape), ...multiplyOverrides(shape) };
}

/** The grid of a product. */
export function matvecGrid(shape: DealtShape, variant: Variant, { tokens }: Extent): Workgroups {
  const { rows, groups } = planOf(shape, variant);
  return [
    ...spread(Math.ceil(shape.rows / (rows * groups))),
    shape.lastTokenOnly ? 1 : Math.ceil(tokens / tokenTileOf(shape)),
  ];
}

/** y[t, firstRow + r] ← Σₖ W[r, k]·n(x[t, k]) + bias[firstRow + r], by the shape's epilogue; sums in f32. */
export const matvec: Kernel<LinearShape> = {
  name: 'matvec',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'scales', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'norm_weight', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (shape, variant) => {
    const { wgsl, constants: sizes } = quantFormats[shape.type];
    return matvecSource(shape, variant, text, constants(sizes(shape.columns)) + wgsl);
  },
  overrides: matvecOverrides,
  workgroups: matvecGrid,
};
