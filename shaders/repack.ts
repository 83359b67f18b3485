/** Moves raw file rows into the planes of `quant/format.ts`, on the GPU, slice by slice while a model loads. */
import { constants, spread } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';
import regroup from './snippets/regroup.wgsl?raw';
import rawReader from './snippets/raw-reader.wgsl?raw';
import text from './repack.wgsl?raw';

/** The tensor whose planes are written. */
export interface RepackShape {
  readonly type: QuantType;
  readonly columns: number;
  /** Rows of the planes; a slice's rows that land past them are dropped. */
  readonly planeRows: number;
}

const WORKGROUP = 64;

/**
 * Raw rows of one slice → planes. `raw` begins with a row, on a word; `table` is the format's own; `Extent.tokens` is the
 * slice's number of rows.
 *
 * Binding `slice`: struct Slice { rows, first_row, row_step, row_offset } of u32. Source row r lands on plane row
 * (first_row + r) · row_step + row_offset, so that a step of 2 interleaves two tensors.
 */
export const repack: Kernel<RepackShape> = {
  name: 'repack',
  bindings: [
    { name: 'raw', access: 'read' },
    { name: 'quants', access: 'read_write' },
    { name: 'scales', access: 'read_write' },
    { name: 'slice', access: 'uniform' },
    { name: 'table', access: 'read' },
  ],
  source: ({ type, columns, planeRows }) => {
    const format = quantFormats[type];
    return (
      constants({
        ...format.constants(columns),
        ROW_BYTES: format.fileRowBytes(columns),
        GROUPS: format.repackGroups(columns),
        PLANE_ROWS: planeRows,
        WORKGROUP,
      }) +
      rawReader +
      regroup +
      format.repackWgsl +
      text
    );
  },
  overrides: () => ({}),
  workgroups: ({ type, columns }, _variant, { tokens: rows }) => [
    ...spread(Math.ceil((rows * quantFormats[type].repackGroups(columns)) / WORKGROUP)),
    1,
  ],
};
