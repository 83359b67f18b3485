import { dequantizeIQ2, type IQ2Layout, packIQ2 } from './iq2-s.ref.ts';
import { evenSign, IQ2_XXS_LATTICE } from './lattices.ts';

const BYTES = 66;

const LAYOUT: IQ2Layout = {
  blockBytes: BYTES,
  read(bytes, i) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = Math.floor(i / 256) * BYTES + 2 + 8 * Math.floor((i % 256) / 32);
    const eight = Math.floor((i % 32) / 8);
    const packed = view.getUint32(start + 4, true);
    return {
      digit: IQ2_XXS_LATTICE.digits[bytes[start + eight]! * 8 + (i % 8)]!,
      negative: evenSign((packed >>> (7 * eight)) & 127, i % 8),
      scale: packed >>> 28,
    };
  },
};

/**
 * IQ2_XXS: per 256 weights d (f16) and for each 32 weights 8 bytes: four indexes into the lattice, one for eight weights,
 * then a word of seven signs for every eight weights, from the low end up, and a scale in the top four bits. Source:
 * ggml's `dequantize_row_iq2_xxs`.
 */
export function dequantizeIQ2XXS(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  return dequantizeIQ2(LAYOUT, bytes, elements);
}

/** A row of file blocks → its planes: those of IQ2_S, see `iq2-s.wgsl`. */
export function packIQ2XXS(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  packIQ2(LAYOUT, row, quants, scales);
}
