/** The part of `format.ts` whose blocks are groups of a lattice: IQ1, IQ2 and IQ3. */
import { dequantizeIQ1M } from './iq1-m.ref.ts';
import iq1MRepack from './iq1-m.repack.wgsl?raw';
import iq1M from './iq1-m.wgsl?raw';
import { dequantizeIQ1S } from './iq1-s.ref.ts';
import iq1SRepack from './iq1-s.repack.wgsl?raw';
import { dequantizeIQ2S } from './iq2-s.ref.ts';
import iq2SRepack from './iq2-s.repack.wgsl?raw';
import iq2S from './iq2-s.wgsl?raw';
import { dequantizeIQ2XS } from './iq2-xs.ref.ts';
import iq2XSRepack from './iq2-xs.repack.wgsl?raw';
import { dequantizeIQ2XXS } from './iq2-xxs.ref.ts';
import iq2XXSRepack from './iq2-xxs.repack.wgsl?raw';
import { dequantizeIQ3S } from './iq3-s.ref.ts';
import iq3SRepack from './iq3-s.repack.wgsl?raw';
import iq3S from './iq3-s.wgsl?raw';
import { dequantizeIQ3XXS } from './iq3-xxs.ref.ts';
import iq3XXSRepack from './iq3-xxs.repack.wgsl?raw';
import iq1Repack from '../snippets/iq1-repack.wgsl?raw';
import iq2Repack from '../snippets/iq2-repack.wgsl?raw';
import lattice from '../snippets/lattice.wgsl?raw';
import { type Layout, quantFormat, type QuantFormat } from './layout.ts';
import {
  IQ1_LATTICE,
  IQ2_S_LATTICE,
  IQ2_XS_LATTICE,
  IQ2_XXS_LATTICE,
  IQ3_S_LATTICE,
  IQ3_XXS_LATTICE,
  latticeTable,
} from './lattices.ts';
import { perGroup } from './row-counts.ts';

/** All of them have blocks of 256 weights; the rest as in `Layout`. */
type LatticeLayout = Pick<Layout, 'type' | 'blockBytes' | 'vectors' | 'wgsl' | 'repackWgsl' | 'dequantize'> & {
  /** Words in `scales` for 256 weights. */
  readonly groupWords: number;
  readonly table: Uint32Array<ArrayBuffer>;
};

function latticeFormat({ groupWords, ...layout }: LatticeLayout): QuantFormat {
  return quantFormat({
    ...layout,
    blockElements: 256,
    scaleWords: perGroup(groupWords),
    groups: perGroup(1),
  });
}

/** By their names. */
export const latticeFormats = {
  IQ1_S: latticeFormat({
    type: 'IQ1_S',
    blockBytes: 50,
    vectors: 0.5,
    groupWords: 3,
    wgsl: iq1M,
    repackWgsl: lattice + iq1SRepack + iq1Repack,
    table: latticeTable(IQ1_LATTICE),
    dequantize: dequantizeIQ1S,
  }),
  IQ1_M: latticeFormat({
    type: 'IQ1_M',
    blockBytes: 56,
    vectors: 0.5,
    groupWords: 3,
    wgsl: iq1M,
    repackWgsl: lattice + iq1MRepack + iq1Repack,
    table: latticeTable(IQ1_LATTICE),
    dequantize: dequantizeIQ1M,
  }),
  IQ2_XXS: latticeFormat({
    type: 'IQ2_XXS',
    blockBytes: 66,
    vectors: 0.5,
    groupWords: 11,
    wgsl: iq2S,
    repackWgsl: lattice + iq2XXSRepack + iq2Repack,
    table: latticeTable(IQ2_XXS_LATTICE),
    dequantize: dequantizeIQ2XXS,
  }),
  IQ2_XS: latticeFormat({
    type: 'IQ2_XS',
    blockBytes: 74,
    vectors: 0.5,
    groupWords: 11,
    wgsl: iq2S,
    repackWgsl: lattice + iq2XSRepack + iq2Repack,
    table: latticeTable(IQ2_XS_LATTICE),
    dequantize: dequantizeIQ2XS,
  }),
  IQ2_S: latticeFormat({
    type: 'IQ2_S',
    blockBytes: 82,
    vectors: 0.5,
    groupWords: 11,
    wgsl: iq2S,
    repackWgsl: lattice + iq2SRepack + iq2Repack,
    table: latticeTable(IQ2_S_LATTICE),
    dequantize: dequantizeIQ2S,
  }),
  IQ3_XXS: latticeFormat({
    type: 'IQ3_XXS',
    blockBytes: 98,
    vectors: 1,
    groupWords: 2,
    wgsl: iq3S,
    repackWgsl: lattice + iq3XXSRepack,
    table: latticeTable(IQ3_XXS_LATTICE),
    dequantize: dequantizeIQ3XXS,
  }),
  IQ3_S: latticeFormat({
    type: 'IQ3_S',
    blockBytes: 110,
    vectors: 1,
    groupWords: 2,
    wgsl: iq3S,
    repackWgsl: lattice + iq3SRepack,
    table: latticeTable(IQ3_S_LATTICE),
    dequantize: dequantizeIQ3S,
  }),
};
