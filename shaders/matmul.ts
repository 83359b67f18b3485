/** Multiplies quantised weights with the activations of many tokens: prefill on hardware adapters. */
import { constants, directives, STEP_WGSL } from './kernel.ts';
import type { Kernel, Variant } from './kernel.ts';
import { linearOverrides } from './matvec.ts';
import type { LinearShape } from './matvec.ts';
import { quantFormats } from './quant/format.ts';
import epilogue from './snippets/epilogue.wgsl?raw';
import softcap from './snippets/softcap.wgsl?raw';
import tile from './snippets/tile.wgsl?raw';
import text from './matmul.wgsl?raw';

/** Rows of a tile, and its tokens. */
const TILE = 64;

/** What has the range of f32, by eight bits of exponent. */
const WIDE: readonly LinearShape['type'][] = ['F32', 'BF16', 'MXFP4'];

/** The type of the weight tile. Wide types keep f32; what comes from f16 loses at most 2⁻¹¹ of a weight in a tile of f16. */
export function tileType(type: LinearShape['type'], variant: Variant): 'f32' | 'f16' {
  return WIDE.includes(type) ? 'f32' : variant.real;
}

/** As matvec, by tiles of 64 rows × 64 tokens; refuses a norm and `lastTokenOnly`, ignores `tokenTile`. */
export const matmul: Kernel<LinearShape> = {
  name: 'matmul',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'scales', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (shape, variant) => {
    if (shape.norm || shape.lastTokenOnly) throw new RangeError('matmul takes neither a norm nor lastTokenOnly.');
    return (
      directives({ real: variant.real, reduction: 'workgroup' }) +
      `alias real = ${tileType(shape.type, variant)};\n` +
      constants({ ...quantFormats[shape.type].constants(shape.columns), TILE_TOKENS: TILE }) +
      STEP_WGSL +
      quantFormats[shape.type].wgsl +
      softcap +
      epilogue +
      tile +
      text
    );
  },
  overrides: linearOverrides,
  workgroups: ({ rows }, _variant, { tokens }) => [Math.ceil(rows / TILE), Math.ceil(tokens / TILE), 1],
};
