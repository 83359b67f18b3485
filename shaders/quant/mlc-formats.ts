/** The part of `format.ts` that GGUF does not have: what MLC calls q4f32_1 and q3f16_1, under names of our own. */
import { dequantizeQ3G40 } from './q3-g40.ref.ts';
import q3G40 from './q3-g40.wgsl?raw';
import { dequantizeQ4F32 } from './q4-f32.ref.ts';
import q4F32Repack from './q4-f32.repack.wgsl?raw';
import q4F32 from './q4-f32.wgsl?raw';
import wordsRepack from './words.repack.wgsl?raw';
import fourBits from '../snippets/four-bits.wgsl?raw';
import threeBits from '../snippets/three-bits.wgsl?raw';
import { quantFormat } from './layout.ts';
import { none, one } from './row-counts.ts';

/** By their names. */
export const mlcFormats = {
  Q4_F32: quantFormat({
    type: 'Q4_F32',
    blockElements: 32,
    blockBytes: 20,
    vectors: 1,
    scaleWords: one,
    groups: one,
    wgsl: fourBits + q4F32,
    repackWgsl: q4F32Repack,
    dequantize: dequantizeQ4F32,
  }),
  Q3_G40: quantFormat({
    type: 'Q3_G40',
    blockElements: 32,
    blockBytes: 16,
    vectors: 1,
    scaleWords: none,
    groups: one,
    wgsl: threeBits + q3G40,
    repackWgsl: wordsRepack,
    dequantize: dequantizeQ3G40,
  }),
};
