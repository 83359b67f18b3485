/** The part of `format.ts` whose blocks are 32 integers times one scale, in Q4_1 and Q5_1 above a minimum. */
import { dequantizeQ40 } from './q4-0.ref.ts';
import q40Repack from './q4-0.repack.wgsl?raw';
import q40 from './q4-0.wgsl?raw';
import { dequantizeQ41 } from './q4-1.ref.ts';
import q41Repack from './q4-1.repack.wgsl?raw';
import q41 from './q4-1.wgsl?raw';
import { dequantizeQ50 } from './q5-0.ref.ts';
import q50Repack from './q5-0.repack.wgsl?raw';
import q50 from './q5-0.wgsl?raw';
import { dequantizeQ51 } from './q5-1.ref.ts';
import q51Repack from './q5-1.repack.wgsl?raw';
import q51 from './q5-1.wgsl?raw';
import { dequantizeQ80 } from './q8-0.ref.ts';
import q80Repack from './q8-0.repack.wgsl?raw';
import q80 from './q8-0.wgsl?raw';
import fourBits from '../snippets/four-bits.wgsl?raw';
import { quantFormat } from './layout.ts';
import { one, onePer } from './row-counts.ts';

const halved = onePer(2);

/** By their names. */
export const integerFormats = {
  Q4_0: quantFormat({
    type: 'Q4_0',
    blockElements: 32,
    blockBytes: 18,
    vectors: 1,
    scaleWords: halved,
    groups: halved,
    wgsl: fourBits + q40,
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
};
