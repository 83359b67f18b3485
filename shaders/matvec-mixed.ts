/**
 * Multiplies weights of two types with the activations of one or a few tokens: files of mixed types keep some of the tensors
 * that read one input finer than others (Q4_K_M: V in Q6_K), and decode pays for every dispatch. Refuses rows of the first
 * type that do not come in whole groups.
 */
import type { Kernel } from './kernel.ts';
import { type LinearShape, matvecGrid, matvecOverrides, matvecSource } from './matvec.ts';
import type { QuantType } from './quant/types.ts';
import { twoFormats } from './quant/two-formats.ts';
import text from './matvec-mixed.wgsl?raw';

/** A linear layer of two types: `rows` of both together. */
export interface MixedLinearShape extends Omit<LinearShape, 'type'> {
  readonly types: readonly [first: QuantType, second: QuantType];
  /** Rows of the first type: a multiple of `MIXED_ROWS`. */
  readonly firstTypeRows: number;
}

/** The largest group of rows of any plan: rows of the first type are a multiple of it, so that no group has both. */
export const MIXED_ROWS = 8;

/** As `matvec`, over the rows of the first type and then those of the second. */
export const matvecMixed: Kernel<MixedLinearShape> = {
  name: 'matvec-mixed',
  bindings: [
    { name: 'quants_first', access: 'read' },
    { name: 'scales_first', access: 'read' },
    { name: 'quants_second', access: 'read' },
    { name: 'scales_second', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'norm_weight', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (shape, variant) => {
    if (shape.firstTypeRows % MIXED_ROWS !== 0)
      throw new RangeError(`Rows of the first type come in groups of ${MIXED_ROWS}, not ${shape.firstTypeRows}.`);
    return matvecSource(shape, variant, text, twoFormats(...shape.types, shape.columns));
  },
  overrides: (shape) => ({ ...matvecOverrides(shape), FIRST_ROWS: shape.firstTypeRows }),
  workgroups: matvecGrid,
};
