import { dequantizeIQ2, type IQ2Layout, packIQ2 } from './iq2-s.ref.ts';
import { evenSign, IQ2_XS_LATTICE } from './lattices.ts';

const BYTES = 74;

const LAYOUT: IQ2Layout = {
  blockBytes: BYTES,
  read(bytes, i) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = Math.floor(i / 256) * BYTES;
    const code = view.getUint16(start + 2 + 2 * Math.floor((i % 256) / 8), true);
    return {
      digit: IQ2_XS_LATTICE.digits[(code & 511) * 8 + (i % 8)]!,
      negative: evenSign(code >> 9, i % 8),
      scale: (bytes[start + 66 + Math.floor((i % 256) / 32)]! >> (i % 32 < 16 ? 0 : 4)) & 15,
    };
  },
};

/**
 * IQ2_XS: per 256 weights d (f16), 32 times 16 bits for eight weights each (an index of nine bits into the lattice, then
 * seven signs), 8 bytes of scales (a nibble for 16 weights). Source: ggml's `dequantize_row_iq2_xs`.
 */
export function dequantizeIQ2XS(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  return dequantizeIQ2(LAYOUT, bytes, elements);
}

/** A row of file blocks → its planes: those of IQ2_S, see `iq2-s.wgsl`. */
export function packIQ2XS(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  packIQ2(LAYOUT, row, quants, scales);
}
