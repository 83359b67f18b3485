/**
 * Multiplies the weights of each token's chosen experts with the token's activations, all experts in one dispatch: gate
 * and up of a mixture of experts. Which experts is known on the GPU alone, from `route`.
 */
import { constants, directives, spread, STEP_WGSL } from './kernel.ts';
import type { Kernel, Variant } from './kernel.ts';
import { lanesOf, ROWS_PER_GROUP, THREADS } from './matvec-plan.ts';
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';
import { ROUTE_WGSL } from './route.ts';
import epilogue from './snippets/expert-epilogue.wgsl?raw';
import expertRows from './snippets/expert-rows.wgsl?raw';
import { reduceSnippet } from './snippets/reduce.ts';
import text from './expert-matvec.wgsl?raw';

/** Experts' matrices of one shape, or those of them that one pair of planes holds. */
export interface ExpertShape {
  readonly type: QuantType;
  /** Weights a row has. */
  readonly columns: number;
  /** Rows of one expert. */
  readonly rows: number;
  readonly firstExpert: number;
  /** Experts in these planes. */
  readonly experts: number;
  /** Experts that a token runs through. */
  readonly used: number;
  /** Floats between two rows of x; a multiple of 32, at least the columns. */
  readonly inputStride: number;
  /** Floats between two rows of y. */
  readonly outputStride: number;
  /** One value for each row of each expert of the layer. */
  readonly bias: boolean;
}

/** One layer of experts. */
export interface ExpertMatvecShape extends ExpertShape {
  /**
   * What becomes of v = W·x + bias: `store` y = v; `glu` (even rows gate, odd rows up; an even number of rows)
   * y[row / 2] = act(gate, up); `gate` y = act(y, v).
   */
  readonly epilogue: 'store' | 'glu' | 'gate';
  /**
   * act above: `silu` is SwiGLU, gate·σ(gate)·up; `clamped-silu` is that of gpt-oss, g·σ(1.702·g)·(u + 1) where g is gate, at
   * most 7, and u is up, within ±7 (OpenAI 2025, `swiglu` of the reference implementation).
   */
  readonly activation: 'silu' | 'clamped-silu';
}

const EPILOGUES = { store: 0, glu: 1, gate: 2 } as const;
const ACTIVATIONS = { silu: 0, 'clamped-silu': 1 } as const;

/** The override constants that expert-matvec and expert-matmul share. */
export function expertMatvecOverrides(shape: ExpertMatvecShape): Record<string, number> {
  return {
    ...expertOverrides(shape),
    EPILOGUE: EPILOGUES[shape.epilogue],
    ACTIVATION: ACTIVATIONS[shape.activation],
  };
}

/** The override constants that the kernels of experts share. */
export function expertOverrides(shape: ExpertShape): Record<string, number> {
  return {
    ROWS: shape.rows,
    FIRST_EXPERT: shape.firstExpert,
    EXPERTS: shape.experts,
    INPUT_STRIDE: shape.inputStride / 32,
    OUTPUT_STRIDE: shape.outputStride,
    BIAS: Number(shape.bias),
  };
}

/** All of a module but the kernel's own text, for `lanes` lanes that share a group of rows. */
export function expertSource({ type, columns, used }: ExpertShape, { reduction }: Variant, lanes: number): string {
  return (
    directives({ real: 'f32', reduction }) +
    constants({
      ...quantFormats[type].constants(columns),
      USED: used,
      LANES: lanes,
      WORKGROUP: lanes === 1 ? THREADS : lanes,
    }) +
    STEP_WGSL +
    ROUTE_WGSL +
    quantFormats[type].wgsl +
    reduceSnippet(reduction, 'vec4f') +
    expertRows
  );
}

/** Workgroups that cover one expert's rows, spread over x and y. */
export function expertGroups({ rows }: ExpertShape, { reduction }: Variant): readonly [x: number, y: number] {
  const perWorkgroup = ROWS_PER_GROUP * (reduction === 'thread' ? THREADS : 1);
  return spread(Math.ceil(rows / perWorkgroup));
}

/**
 * y[t, s, r] ← Σₖ W[e, r, k]·x[t, k] + bias[e, r] with e the expert of routes[t, s], by the shape's epilogue; sums in f32.
 * Pairs whose expert is not in these planes are left alone.
 */
export const expertMatvec: Kernel<ExpertMatvecShape> = {
  name: 'expert-matvec',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'scales', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'routes', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (shape, variant) => expertSource(shape, variant, lanesOf(shape.columns, variant)) + epilogue + text,
  overrides: expertMatvecOverrides,
  workgroups: (shape, variant, { tokens }) => [...expertGroups(shape, variant), tokens * shape.used],
};
