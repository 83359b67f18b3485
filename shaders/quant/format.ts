/** The table of the weight formats that the kernels read, joined from their families. What a format is: `layout.ts`. */
import { codebookFormats } from './codebook-formats.ts';
import { floatFormats } from './float-formats.ts';
import { integerFormats } from './integer-formats.ts';
import { kFormats } from './k-formats.ts';
import { latticeFormats } from './lattice-formats.ts';
import type { QuantFormat } from './layout.ts';
import { mlcFormats } from './mlc-formats.ts';
import { ternaryFormats } from './ternary-formats.ts';
import type { QuantType } from './types.ts';

export { GGUF_QUANT_TYPES, QUANT_TYPES, type QuantType } from './types.ts';

/** Every weight type that the engine runs. */
export const quantFormats: Readonly<Record<QuantType, QuantFormat>> = {
  ...floatFormats,
  ...integerFormats,
  ...kFormats,
  ...latticeFormats,
  ...codebookFormats,
  ...ternaryFormats,
  ...mlcFormats,
};

/** Whether the engine can run weights of this type. */
export function isQuantType(type: string): type is QuantType {
  return Object.hasOwn(quantFormats, type);
}
