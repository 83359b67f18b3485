/** Looks up the rows of the embedding matrix that belong to a step's tokens. */
import { constants, rowStride, spread, STEP_WGSL } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';
import text from './embed.wgsl?raw';

/** The embedding matrix, or the shard of its rows that one pair of planes holds. */
export interface EmbedShape {
  readonly type: QuantType;
  /** Columns of the matrix. */
  readonly dim: number;
  /** Rows in these planes. */
  readonly rows: number;
  /** Token id of the first of them. */
  readonly firstRow: number;
  /** Multiplies what is read; default 1. */
  readonly scale?: number;
  /** Rows by `token` id in place of x (default); by `position`, or always the `first` one, added to x. */
  readonly row?: 'token' | 'position' | 'first';
}

const WORKGROUP = 64;
const ROWS_BY = { token: 0, position: 1, first: 2 } as const;

/**
 * x[t, :] = scale · the dequantised row tokens[position + t], for ids in [firstRow, firstRow + rows); other rows of x stay
 * as they were, so that one dispatch a shard fills them all. What is chosen by position, or always, is added to x.
 */
export const embed: Kernel<EmbedShape> = {
  name: 'embed',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'scales', access: 'read' },
    { name: 'tokens', access: 'read' },
    { name: 'x', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: ({ type, dim, rows, firstRow }) =>
    constants({ ...quantFormats[type].constants(dim), ROWS: rows, FIRST_ROW: firstRow, WORKGROUP }) +
    STEP_WGSL +
    quantFormats[type].wgsl +
    text,
  overrides: ({ scale = 1, row = 'token' }) => ({ SCALE: scale, ROW: ROWS_BY[row] }),
  workgroups: ({ dim }, _variant, { tokens }) => [
    ...spread(Math.ceil((tokens * (rowStride(dim) / 32)) / WORKGROUP)),
    1,
  ],
};
