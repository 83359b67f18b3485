/** The part of `format.ts` whose weights are −1, 0 or 1 times a scale: TQ1_0 and TQ2_0, which lie on the GPU alike. */
import { dequantizeTQ10 } from './tq1-0.ref.ts';
import tq10Repack from './tq1-0.repack.wgsl?raw';
import { dequantizeTQ20 } from './tq2-0.ref.ts';
import tq20Repack from './tq2-0.repack.wgsl?raw';
import tq20 from './tq2-0.wgsl?raw';
import { quantFormat } from './layout.ts';
import { onePer } from './row-counts.ts';

/** By their names. */
export const ternaryFormats = {
  TQ1_0: quantFormat({
    type: 'TQ1_0',
    blockElements: 256,
    blockBytes: 54,
    vectors: 0.5,
    scaleWords: onePer(16),
    groups: onePer(16),
    wgsl: tq20,
    repackWgsl: tq10Repack,
    dequantize: dequantizeTQ10,
  }),
  TQ2_0: quantFormat({
    type: 'TQ2_0',
    blockElements: 256,
    blockBytes: 66,
    vectors: 0.5,
    scaleWords: onePer(16),
    groups: onePer(16),
    wgsl: tq20,
    repackWgsl: tq20Repack,
    dequantize: dequantizeTQ20,
  }),
};
