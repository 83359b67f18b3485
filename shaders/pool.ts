/** Makes one row of the rows of a text: how an embedding model turns the states of its tokens into one vector. */
import { constants, STEP_WGSL } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import text from './pool.wgsl?raw';

/** Rows and what becomes of them. */
export interface PoolShape {
  readonly dim: number;
  /** Floats between two rows of x. */
  readonly stride: number;
  /** Their `mean`, or one of them: the step's `first` or its `last`. */
  readonly rows: 'mean' | 'first' | 'last';
}

const WORKGROUP = 64;
const KINDS = { mean: 0, first: 1, last: 2 } as const;

/** y[i] = mean over t of x[t, i], or x[0, i], or x[tokens − 1, i], for i below `dim`; x (tokens, stride), y (dim). */
export const pool: Kernel<PoolShape> = {
  name: 'pool',
  bindings: [
    { name: 'x', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: ({ dim, stride }) => constants({ DIM: dim, STRIDE: stride, WORKGROUP }) + STEP_WGSL + text,
  overrides: ({ rows }) => ({ ROWS: KINDS[rows] }),
  workgroups: ({ dim }) => [Math.ceil(dim / WORKGROUP), 1, 1],
};
