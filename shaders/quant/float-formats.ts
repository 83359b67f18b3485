/** The part of `format.ts` whose weights are floats as they are: no scales, and rows of any length. */
import { dequantizeBf16 } from './bf16.ref.ts';
import bf16 from './bf16.wgsl?raw';
import { dequantizeF16 } from './f16.ref.ts';
import f16 from './f16.wgsl?raw';
import { dequantizeF32 } from './f32.ref.ts';
import f32 from './f32.wgsl?raw';
import wordsRepack from './words.repack.wgsl?raw';
import { quantFormat } from './layout.ts';
import { none, one } from './row-counts.ts';

/** By their names. */
export const floatFormats = {
  F32: quantFormat({
    type: 'F32',
    blockElements: 1,
    blockBytes: 4,
    vectors: 8,
    scaleWords: none,
    groups: one,
    wgsl: f32,
    repackWgsl: wordsRepack,
    dequantize: dequantizeF32,
  }),
  F16: quantFormat({
    type: 'F16',
    blockElements: 1,
    blockBytes: 2,
    vectors: 4,
    scaleWords: none,
    groups: one,
    wgsl: f16,
    repackWgsl: wordsRepack,
    dequantize: dequantizeF16,
  }),
  BF16: quantFormat({
    type: 'BF16',
    blockElements: 1,
    blockBytes: 2,
    vectors: 4,
    scaleWords: none,
    groups: one,
    wgsl: bf16,
    repackWgsl: wordsRepack,
    dequantize: dequantizeBf16,
  }),
};
