/** The table of the weight formats that the kernels read. What a format is: `layout.ts`. */
import { dequantizeBf16 } from './bf16.ref.ts';
import bf16 from './bf16.wgsl?raw';
import { dequantizeF16 } from './f16.ref.ts';
import f16 from './f16.wgsl?raw';
import { dequantizeF32 } from './f32.ref.ts';
import f32 from './f32.wgsl?raw';
import floatsRepack from './floats.repack.wgsl?raw';
import { dequantizeIQ4NL } from './iq4-nl.ref.ts';
import iq4NLRepack from './iq4-nl.repack.wgsl?raw';
import iq4NL from './iq4-nl.wgsl?raw';
import { dequantizeIQ4XS } from './iq4-xs.ref.ts';
import iq4XSRepack from './iq4-xs.repack.wgsl?raw';
import iq4XS from './iq4-xs.wgsl?raw';
import { dequantizeMXFP4 } from './mxfp4.ref.ts';
import mxfp4Repack from './mxfp4.repack.wgsl?raw';
import mxfp4 from './mxfp4.wgsl?raw';
import { dequantizeQ2K } from './q2-k.ref.ts';
import q2KRepack from './q2-k.repack.wgsl?raw';
import q2K from './q2-k.wgsl?raw';
import { dequantizeQ3K } from './q3-k.ref.ts';
import q3KRepack from './q3-k.repack.wgsl?raw';
import q3K from './q3-k.wgsl?raw';
import { dequantizeQ40 } from './q4-0.ref.ts';
import q40Repack from './q4-0.repack.wgsl?raw';
import q40 from './q4-0.wgsl?raw';
import { dequantizeQ41 } from './q4-1.ref.ts';
import q41Repack from './q4-1.repack.wgsl?raw';
import q41 from './q4-1.wgsl?raw';
import { dequantizeQ4F32 } from './q4-f32.ref.ts';
import q4F32Repack from './q4-f32.repack.wgsl?raw';
import q4F32 from './q4-f32.wgsl?raw';
import { dequantizeQ4K } from './q4-k.ref.ts';
import q4KRepack from './q4-k.repack.wgsl?raw';
import q4K from './q4-k.wgsl?raw';
import { dequantizeQ50 } from './q5-0.ref.ts';
import q50Repack from './q5-0.repack.wgsl?raw';
import q50 from './q5-0.wgsl?raw';
import { dequantizeQ51 } from './q5-1.ref.ts';
import q51Repack from './q5-1.repack.wgsl?raw';
import q51 from './q5-1.wgsl?raw';
import { dequantizeQ5K } from './q5-k.ref.ts';
import q5KRepack from './q5-k.repack.wgsl?raw';
import q5K from './q5-k.wgsl?raw';
import { dequantizeQ6K } from './q6-k.ref.ts';
import q6KRepack from './q6-k.repack.wgsl?raw';
import q6K from './q6-k.wgsl?raw';
import { dequantizeQ80 } from './q8-0.ref.ts';
import q80Repack from './q8-0.repack.wgsl?raw';
import q80 from './q8-0.wgsl?raw';
import { dequantizeTQ10 } from './tq1-0.ref.ts';
import tq10Repack from './tq1-0.repack.wgsl?raw';
import { dequantizeTQ20 } from './tq2-0.ref.ts';
import tq20Repack from './tq2-0.repack.wgsl?raw';
import tq20 from './tq2-0.wgsl?raw';
import { quantFormat, type QuantFormat } from './layout.ts';
import type { QuantType } from './types.ts';

export { GGUF_QUANT_TYPES, QUANT_TYPES, type QuantType } from './types.ts';

// Counts for a row of so many blocks of 32; a group is eight of them, a file's block of 256.
const none = (): number => 0;
const one = (blocks: number): number => blocks;
const halved = (blocks: number): number => Math.ceil(blocks / 2);
const quartered = (blocks: number): number => Math.ceil(blocks / 4);
const perGroup =
  (count: number) =>
  (blocks: number): number =>
    (blocks / 8) * count;

/** Every weight type that the engine runs. */
export const quantFormats: Readonly<Record<QuantType, QuantFormat>> = {
  F32: quantFormat({
    type: 'F32',
    blockElements: 1,
    blockBytes: 4,
    vectors: 8,
    scaleWords: none,
    groups: one,
    wgsl: f32,
    repackWgsl: floatsRepack,
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
    repackWgsl: floatsRepack,
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
    repackWgsl: floatsRepack,
    dequantize: dequantizeBf16,
  }),
  Q4_0: quantFormat({
    type: 'Q4_0',
    blockElements: 32,
    blockBytes: 18,
    vectors: 1,
    scaleWords: halved,
    groups: halved,
    wgsl: q40,
    repackWgsl: q40Repack,
    dequantize: dequantizeQ40,
  }),
  Q4_1: quantFormat({
    type: 'Q4_1',
    blockElements: 32,
    blockBytes: 20,
    vectors: 1,
    scaleWords: one,
    groups: one,
    wgsl: q41,
    repackWgsl: q41Repack,
    dequantize: dequantizeQ41,
  }),
  Q5_0: quantFormat({
    type: 'Q5_0',
    blockElements: 32,
    blockBytes: 22,
    vectors: 1,
    scaleWords: (blocks) => blocks + halved(blocks),
    groups: halved,
    wgsl: q50,
    repackWgsl: q50Repack,
    dequantize: dequantizeQ50,
  }),
  Q5_1: quantFormat({
    type: 'Q5_1',
    blockElements: 32,
    blockBytes: 24,
    vectors: 1,
    scaleWords: (blocks) => 2 * blocks,
    groups: one,
    wgsl: q51,
    repackWgsl: q51Repack,
    dequantize: dequantizeQ51,
  }),
  Q8_0: quantFormat({
    type: 'Q8_0',
    blockElements: 32,
    blockBytes: 34,
    vectors: 2,
    scaleWords: halved,
    groups: halved,
    wgsl: q80,
    repackWgsl: q80Repack,
    dequantize: dequantizeQ80,
  }),
  Q2_K: quantFormat({
    type: 'Q2_K',
    blockElements: 256,
    blockBytes: 84,
    vectors: 0.5,
    scaleWords: perGroup(5),
    groups: perGroup(1),
    wgsl: q2K,
    repackWgsl: q2KRepack,
    dequantize: dequantizeQ2K,
  }),
  Q3_K: quantFormat({
    type: 'Q3_K',
    blockElements: 256,
    blockBytes: 110,
    vectors: 0.5,
    scaleWords: perGroup(12),
    groups: perGroup(1),
    wgsl: q3K,
    repackWgsl: q3KRepack,
    dequantize: dequantizeQ3K,
  }),
  Q4_K: quantFormat({
    type: 'Q4_K',
    blockElements: 256,
    blockBytes: 144,
    vectors: 1,
    scaleWords: perGroup(4),
    groups: perGroup(1),
    wgsl: q4K,
    repackWgsl: q4KRepack,
    dequantize: dequantizeQ4K,
  }),
  Q5_K: quantFormat({
    type: 'Q5_K',
    blockElements: 256,
    blockBytes: 176,
    vectors: 1,
    scaleWords: perGroup(12),
    groups: perGroup(1),
    wgsl: q5K,
    repackWgsl: q5KRepack,
    dequantize: dequantizeQ5K,
  }),
  Q6_K: quantFormat({
    type: 'Q6_K',
    blockElements: 256,
    blockBytes: 210,
    vectors: 1,
    scaleWords: perGroup(21),
    groups: perGroup(1),
    wgsl: q6K,
    repackWgsl: q6KRepack,
    dequantize: dequantizeQ6K,
  }),
  IQ4_NL: quantFormat({
    type: 'IQ4_NL',
    blockElements: 32,
    blockBytes: 18,
    vectors: 1,
    scaleWords: halved,
    groups: halved,
    wgsl: iq4NL,
    repackWgsl: iq4NLRepack,
    dequantize: dequantizeIQ4NL,
  }),
  IQ4_XS: quantFormat({
    type: 'IQ4_XS',
    blockElements: 256,
    blockBytes: 136,
    vectors: 1,
    scaleWords: perGroup(2),
    groups: perGroup(1),
    wgsl: iq4XS,
    repackWgsl: iq4XSRepack,
    dequantize: dequantizeIQ4XS,
  }),
  MXFP4: quantFormat({
    type: 'MXFP4',
    blockElements: 32,
    blockBytes: 17,
    vectors: 1,
    scaleWords: quartered,
    groups: quartered,
    wgsl: mxfp4,
    repackWgsl: mxfp4Repack,
    dequantize: dequantizeMXFP4,
  }),
  TQ1_0: quantFormat({
    type: 'TQ1_0',
    blockElements: 256,
    blockBytes: 54,
    vectors: 0.5,
    scaleWords: (blocks) => Math.ceil(blocks / 16),
    groups: (blocks) => Math.ceil(blocks / 16),
    wgsl: tq20,
    repackWgsl: tq10Repack,
    dequantize: dequantizeTQ10,
  }),
  TQ2_0: quantFormat({
    type: 'TQ2_0',
    blockElements: 256,
    blockBytes: 66,
    vectors: 0.5,
    scaleWords: (blocks) => Math.ceil(blocks / 16),
    groups: (blocks) => Math.ceil(blocks / 16),
    wgsl: tq20,
    repackWgsl: tq20Repack,
    dequantize: dequantizeTQ20,
  }),
  Q4_F32: quantFormat({
    type: 'Q4_F32',
    blockElements: 32,
    blockBytes: 20,
    vectors: 1,
    scaleWords: one,
    groups: one,
    wgsl: q4F32,
    repackWgsl: q4F32Repack,
    dequantize: dequantizeQ4F32,
  }),
};

/** Whether the engine can run weights of this type. */
export function isQuantType(type: string): type is QuantType {
  return Object.hasOwn(quantFormats, type);
}
