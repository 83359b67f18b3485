/** The part of `format.ts` whose blocks are 256 weights with scales that are themselves packed: the K-quants. */
import { dequantizeQ2K } from './q2-k.ref.ts';
import q2KRepack from './q2-k.repack.wgsl?raw';
import q2K from './q2-k.wgsl?raw';
import { dequantizeQ3K } from './q3-k.ref.ts';
import q3KRepack from './q3-k.repack.wgsl?raw';
import q3K from './q3-k.wgsl?raw';
import { dequantizeQ4K } from './q4-k.ref.ts';
import q4KRepack from './q4-k.repack.wgsl?raw';
import q4K from './q4-k.wgsl?raw';
import { dequantizeQ5K } from './q5-k.ref.ts';
import q5KRepack from './q5-k.repack.wgsl?raw';
import q5K from './q5-k.wgsl?raw';
import { dequantizeQ6K } from './q6-k.ref.ts';
import q6KRepack from './q6-k.repack.wgsl?raw';
import q6K from './q6-k.wgsl?raw';
import threeBits from '../snippets/three-bits.wgsl?raw';
import { quantFormat } from './layout.ts';
import { perGroup } from './row-counts.ts';

/** By their names. */
export const kFormats = {
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
    wgsl: threeBits + q3K,
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
};
