/** The table of the weight formats that the kernels read. What a format is: `layout.ts`. */
import { dequantizeBf16 } from './bf16.ref.ts';
import bf16 from './bf16.wgsl?raw';
import { dequantizeF16 } from './f16.ref.ts';
import f16 from './f16.wgsl?raw';
import { dequantizeF32 } from './f32.ref.ts';
import f32 from './f32.wgsl?raw';
import floatsRepack from './floats.repack.wgsl?raw';
import { dequantizeQ40 } from './q4-0.ref.ts';
import q40Repack from './q4-0.repack.wgsl?raw';
import q40 from './q4-0.wgsl?raw';
import { dequantizeQ4K } from './q4-k.ref.ts';
import q4KRepack from './q4-k.repack.wgsl?raw';
import q4K from './q4-k.wgsl?raw';
import { dequantizeQ6K } from './q6-k.ref.ts';
import q6KRepack from './q6-k.repack.wgsl?raw';
import q6K from './q6-k.wgsl?raw';
import { dequantizeQ80 } from './q8-0.ref.ts';
import q80Repack from './q8-0.repack.wgsl?raw';
import q80 from './q8-0.wgsl?raw';
import { quantFormat, type QuantFormat } from './layout.ts';
import type { QuantType } from './types.ts';

export { QUANT_TYPES, type QuantType } from './types.ts';

const floats = (blocks: number): number => blocks;
const pairs = (blocks: number): number => Math.ceil(blocks / 2);
const none = (): number => 0;

/** Every weight type that the engine runs. */
export const quantFormats: Readonly<Record<QuantType, QuantFormat>> = {
  F32: quantFormat({
    type: 'F32',
    blockElements: 1,
    blockBytes: 4,
    vectors: 8,
    scaleWords: none,
    groups: floats,
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
    groups: floats,
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
    groups: floats,
    wgsl: bf16,
    repackWgsl: floatsRepack,
    dequantize: dequantizeBf16,
  }),
  Q4_0: quantFormat({
    type: 'Q4_0',
    blockElements: 32,
    blockBytes: 18,
    vectors: 1,
    scaleWords: pairs,
    groups: pairs,
    wgsl: q40,
    repackWgsl: q40Repack,
    dequantize: dequantizeQ40,
  }),
  Q8_0: quantFormat({
    type: 'Q8_0',
    blockElements: 32,
    blockBytes: 34,
    vectors: 2,
    scaleWords: pairs,
    groups: pairs,
    wgsl: q80,
    repackWgsl: q80Repack,
    dequantize: dequantizeQ80,
  }),
  Q4_K: quantFormat({
    type: 'Q4_K',
    blockElements: 256,
    blockBytes: 144,
    vectors: 1,
    scaleWords: (blocks) => (blocks / 8) * 4,
    groups: (blocks) => blocks / 8,
    wgsl: q4K,
    repackWgsl: q4KRepack,
    dequantize: dequantizeQ4K,
  }),
  Q6_K: quantFormat({
    type: 'Q6_K',
    blockElements: 256,
    blockBytes: 210,
    vectors: 1,
    scaleWords: (blocks) => (blocks / 8) * 21,
    groups: (blocks) => blocks / 8,
    wgsl: q6K,
    repackWgsl: q6KRepack,
    dequantize: dequantizeQ6K,
  }),
};

/** Whether the engine can run weights of this GGUF type. */
export function isQuantType(type: string): type is QuantType {
  return Object.hasOwn(quantFormats, type);
}
