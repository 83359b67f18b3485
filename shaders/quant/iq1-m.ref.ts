import { halfToNumber } from './half.ts';
import { IQ1_LATTICE } from './lattices.ts';
import { putPair } from './pack.ref.ts';

const BYTES = 56;

/** What a file says of one weight. */
export interface IQ1Weight {
  /** Of the lattice, eleven bits. */
  readonly index: number;
  /** −1/8 rather than +1/8. */
  readonly negativeDelta: boolean;
  /** Of the 16 weights that it is among, 0…7. */
  readonly scale: number;
}

/** How weight i of a row lies in one of the two types. */
export interface IQ1Layout {
  readonly blockBytes: number;
  /** The bits of d (f16) of the file's block that begins at this byte. */
  scaleBits(bytes: Uint8Array, start: number): number;
  read(bytes: Uint8Array, i: number): IQ1Weight;
}

/** w = d·(2·scale + 1)·(digit − 1 ± 1/8), in both types. */
export function dequantizeIQ1(
  { blockBytes, scaleBits, read }: IQ1Layout,
  bytes: Uint8Array,
  elements: number,
): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const d = halfToNumber(scaleBits(bytes, Math.floor(i / 256) * blockBytes));
    const { index, negativeDelta, scale } = read(bytes, i);
    const digit = IQ1_LATTICE.digits[index * 8 + (i % 8)]!;
    weights[i] = d * (2 * scale + 1) * (digit - 1 + (negativeDelta ? -0.125 : 0.125));
  }
  return weights;
}

/** A row of file blocks of one of the two types → its planes, see `iq1-m.wgsl`. */
export function packIQ1(
  { blockBytes, scaleBits, read }: IQ1Layout,
  row: Uint8Array,
  quants: Uint8Array,
  scales: Uint8Array,
): void {
  const view = new DataView(scales.buffer, scales.byteOffset, scales.byteLength);
  for (let group = 0; group < row.length / blockBytes; group++) {
    const words = [0, 0, 0];
    const d = scaleBits(row, group * blockBytes);
    for (let i = 0; i < 256; i++) {
      const { index, negativeDelta, scale } = read(row, group * 256 + i);
      putPair(quants, group * 256 + i, IQ1_LATTICE.digits[index * 8 + (i % 8)]!);
      if (i % 8 === 0) words[0]! += Number(negativeDelta) * 2 ** (i / 8);
      if (i % 16 === 0) words[i < 128 ? 1 : 2]! += scale * 2 ** (3 * ((i % 128) / 16));
    }
    words[1]! += (d & 255) * 2 ** 24;
    words[2]! += (d >> 8) * 2 ** 24;
    for (const [at, word] of words.entries()) view.setUint32(group * 12 + at * 4, word, true);
  }
}

const LAYOUT: IQ1Layout = {
  blockBytes: BYTES,
  scaleBits(bytes, start) {
    return [49, 51, 53, 55].reduce((bits, at, k) => bits | ((bytes[start + at]! >> 4) << (4 * k)), 0);
  },
  read(bytes, i) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = Math.floor(i / 256) * BYTES;
    const eight = Math.floor((i % 256) / 8);
    const nibble = bytes[start + 32 + Math.floor(eight / 2)]! >> (4 * (eight % 2));
    const sixteen = Math.floor(eight / 2);
    return {
      index: bytes[start + eight]! | ((nibble & 7) << 8),
      negativeDelta: (nibble & 8) !== 0,
      scale: (view.getUint16(start + 48 + 2 * Math.floor(sixteen / 4), true) >> (3 * (sixteen % 4))) & 7,
    };
  },
};

/**
 * IQ1_M: per 256 weights 32 lower bytes of indexes into the lattice, one for eight weights; 16 bytes with a nibble for each
 * index, its upper three bits and the sign of its delta; four times 16 bits with four scales of three bits (one for 16
 * weights) and above them four bits of d (f16), its lowest first. Source: ggml's `dequantize_row_iq1_m`.
 */
export function dequantizeIQ1M(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  return dequantizeIQ1(LAYOUT, bytes, elements);
}

/** A row of file blocks → its planes, see `iq1-m.wgsl`. */
export function packIQ1M(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  packIQ1(LAYOUT, row, quants, scales);
}
