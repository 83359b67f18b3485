/**
 * Multiplies the weights of experts with the activations of all tokens that chose them: prefill on hardware adapters. What
 * an expert's tokens are is found out on the GPU, so the grid is made for all experts, and those without tokens end at once.
 */
import { expertMatvecOverrides, type ExpertMatvecShape } from './expert-matvec.ts';
import { constants, directives, STEP_WGSL } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import { tileType } from './matmul.ts';
import { quantFormats } from './quant/format.ts';
import { ROUTE_WGSL } from './route.ts';
import epilogue from './snippets/expert-epilogue.wgsl?raw';
import expertRows from './snippets/expert-rows.wgsl?raw';
import tile from './snippets/tile.wgsl?raw';
import text from './expert-matmul.wgsl?raw';

/** One layer of experts over many tokens. */
export interface ExpertMatmulShape extends ExpertMatvecShape {
  /** Whether x has a row for each token and each of its experts, or one for each token. */
  readonly inputs: 'tokens' | 'pairs';
  /** Tokens of the largest step: at most 512, for want of workgroup memory. */
  readonly maxTokens: number;
}

const TILE_ROWS = 64;
const TILE_TOKENS = 32;

/** As expert-matvec, by tiles of 64 rows × 32 tokens. Every expert's work is shared by as many workgroups as it has tiles on average. */
export const expertMatmul: Kernel<ExpertMatmulShape> = {
  name: 'expert-matmul',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'scales', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'routes', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: ({ type, columns, used, maxTokens }, variant) => {
    if (maxTokens > 512) throw new RangeError('expert-matmul takes at most 512 tokens.');
    return (
      directives({ real: variant.real, reduction: 'workgroup' }) +
      `alias real = ${tileType(type, variant)};\n` +
      constants({ ...quantFormats[type].constants(columns), USED: used, TILE_TOKENS, MAX_TOKENS: maxTokens }) +
      STEP_WGSL +
      ROUTE_WGSL +
      quantFormats[type].wgsl +
      expertRows +
      epilogue +
      tile +
      text
    );
  },
  overrides: (shape) => ({ ...expertMatvecOverrides(shape), PER_PAIR: Number(shape.inputs === 'pairs') }),
  workgroups: ({ rows, experts, used }, _variant, { tokens }) => [
    Math.ceil(rows / TILE_ROWS),
    experts,
    Math.ceil((tokens * used) / experts / TILE_TOKENS),
  ],
};
