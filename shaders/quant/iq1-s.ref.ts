import { dequantizeIQ1, type IQ1Layout, packIQ1 } from './iq1-m.ref.ts';

const BYTES = 50;

const LAYOUT: IQ1Layout = {
  blockBytes: BYTES,
  scaleBits: (bytes, start) => bytes[start]! | (bytes[start + 1]! << 8),
  read(bytes, i) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = Math.floor(i / 256) * BYTES;
    const eight = Math.floor((i % 256) / 8);
    const packed = view.getUint16(start + 34 + 2 * Math.floor(eight / 4), true);
    return {
      index: bytes[start + 2 + eight]! | (((packed >> (3 * (eight % 4))) & 7) << 8),
      negativeDelta: (packed & 0x8000) !== 0,
      scale: (packed >> 12) & 7,
    };
  },
};

/**
 * IQ1_S: per 256 weights d (f16), 32 lower bytes of indexes into the lattice, one for eight weights, and for each 32 weights
 * 16 bits: the upper three bits of its four indexes, a scale of three bits, the sign of the delta. Source: ggml's
 * `dequantize_row_iq1_s`.
 */
export function dequantizeIQ1S(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  return dequantizeIQ1(LAYOUT, bytes, elements);
}

/** A row of file blocks → its planes: those of IQ1_M, see `iq1-m.wgsl`. */
export function packIQ1S(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  packIQ1(LAYOUT, row, quants, scales);
}
