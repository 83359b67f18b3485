/** The part of `format.ts` whose four bits name one of sixteen values that do not lie evenly: IQ4 and MXFP4. */
import { dequantizeIQ4NL } from './iq4-nl.ref.ts';
import iq4NLRepack from './iq4-nl.repack.wgsl?raw';
import iq4NL from './iq4-nl.wgsl?raw';
import { dequantizeIQ4XS } from './iq4-xs.ref.ts';
import iq4XSRepack from './iq4-xs.repack.wgsl?raw';
import iq4XS from './iq4-xs.wgsl?raw';
import { dequantizeMXFP4 } from './mxfp4.ref.ts';
import mxfp4Repack from './mxfp4.repack.wgsl?raw';
import mxfp4 from './mxfp4.wgsl?raw';
import { quantFormat } from './layout.ts';
import { onePer, perGroup } from './row-counts.ts';

/** By their names. */
export const codebookFormats = {
  IQ4_NL: quantFormat({
    type: 'IQ4_NL',
    blockElements: 32,
    blockBytes: 18,
    vectors: 1,
    scaleWords: onePer(2),
    groups: onePer(2),
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
    scaleWords: onePer(4),
    groups: onePer(4),
    wgsl: mxfp4,
    repackWgsl: mxfp4Repack,
    dequantize: dequantizeMXFP4,
  }),
};
