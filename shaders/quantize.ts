/**
 * Makes weights smaller while a model loads: rows of floats → planes of Q8_0 or Q4_0, on the GPU, slice by slice. Takes
 * rows of a multiple of 32 floats.
 */
import { constants, spread } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import { quantFormats } from './quant/format.ts';
import quantizeQ40 from './snippets/quantize-q4-0.wgsl?raw';
import quantizeQ80 from './snippets/quantize-q8-0.wgsl?raw';
import text from './quantize.wgsl?raw';

/** What floats can become. */
export type QuantizedType = 'Q8_0' | 'Q4_0';

/** What can be quantized. */
export type FloatType = 'F32' | 'F16' | 'BF16';

/** The tensor whose planes are written. */
export interface QuantizeShape {
  readonly from: FloatType;
  readonly to: QuantizedType;
  /** A multiple of 32. */
  readonly columns: number;
  /** Rows of the planes; a slice's rows that land past them are dropped. */
  readonly planeRows: number;
}

const WORKGROUP = 64;
const SNIPPETS: Readonly<Record<QuantizedType, string>> = { Q8_0: quantizeQ80, Q4_0: quantizeQ40 };

/** Whether weights of this type and so many columns can be quantized. */
export function canQuantize(type: string, columns: number): type is FloatType {
  return (type === 'F32' || type === 'F16' || type === 'BF16') && columns % 32 === 0;
}

/**
 * Raw rows of one slice → planes; what they hold is said by `quantizeReference`, to the bit, on any device.
 *
 * `quants` are the rows as they lie in a file; `codes` and `scales` the planes. `Extent.tokens` and the binding `slice`
 * are those of `repack`.
 */
export const quantize: Kernel<QuantizeShape> = {
  name: 'quantize',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'codes', access: 'read_write' },
    { name: 'scales', access: 'read_write' },
    { name: 'slice', access: 'uniform' },
  ],
  source: ({ from, to, columns, planeRows }) => {
    // Both types have blocks of 32, and two scales a word.
    const { BLOCKS, SCALE_WORDS } = quantFormats[to].constants(columns);
    const { VECTORS } = quantFormats[from].constants(columns);
    return (
      constants({
        BLOCKS: BLOCKS!,
        SCALE_WORDS: SCALE_WORDS!,
        VECTORS: VECTORS!,
        PLANE_ROWS: planeRows,
        WORKGROUP,
      }) +
      quantFormats[from].wgsl +
      SNIPPETS[to] +
      text
    );
  },
  overrides: () => ({}),
  workgroups: ({ columns }, _variant, { tokens: rows }) => [
    ...spread(Math.ceil((rows * Math.ceil(columns / 64)) / WORKGROUP)),
    1,
  ],
};
