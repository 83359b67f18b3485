import { halfToNumber } from './half.ts';
import { IQ2_S_LATTICE } from './lattices.ts';
import { putBit, putPair } from './pack.ref.ts';

const BYTES = 82;

/** What the digits of all three lattices stand for. Source: the bytes of ggml's `iq2xxs_grid`. */
const MAGNITUDES: readonly number[] = [8, 25, 43];

/** What a file says of one weight. */
export interface IQ2Weight {
  /** 0, 1 or 2. */
  readonly digit: number;
  readonly negative: boolean;
  /** Of the 16 weights that it is among, 0…15. */
  readonly scale: number;
}

/** How weight i of a row lies in one of the three types, whose blocks of 256 weights all begin with d (f16). */
export interface IQ2Layout {
  readonly blockBytes: number;
  read(bytes: Uint8Array, i: number): IQ2Weight;
}

/** w = ±d·(scale + ½)/4·magnitude, in all three types. */
export function dequantizeIQ2(
  { blockBytes, read }: IQ2Layout,
  bytes: Uint8Array,
  elements: number,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const d = halfToNumber(view.getUint16(Math.floor(i / 256) * blockBytes, true));
    const { digit, negative, scale } = read(bytes, i);
    weights[i] = ((d * (scale + 0.5)) / 4) * (negative ? -1 : 1) * MAGNITUDES[digit]!;
  }
  return weights;
}

/** A row of file blocks of one of the three types → its planes, see `iq2-s.wgsl`. */
export function packIQ2(
  { blockBytes, read }: IQ2Layout,
  row: Uint8Array,
  quants: Uint8Array,
  scales: Uint8Array,
): void {
  for (let group = 0; group < row.length / blockBytes; group++) {
    const plane = scales.subarray(group * 44, (group + 1) * 44);
    plane.set(row.subarray(group * blockBytes, group * blockBytes + 2), 32);
    for (let i = 0; i < 256; i++) {
      const { digit, negative, scale } = read(row, group * 256 + i);
      const code = negative ? 3 - digit : 4 + digit;
      putPair(quants, group * 256 + i, code & 3);
      putBit(plane, i, code >> 2);
      if (i % 16 === 0) plane[36 + Math.floor(i / 32)]! |= scale << (i % 32 < 16 ? 0 : 4);
    }
  }
}

const LAYOUT: IQ2Layout = {
  blockBytes: BYTES,
  read(bytes, i) {
    const start = Math.floor(i / 256) * BYTES;
    const eight = Math.floor((i % 256) / 8);
    const block = Math.floor(eight / 4);
    const upper = (bytes[start + 66 + block]! >> (2 * (eight % 4))) & 3;
    const index = bytes[start + 2 + eight]! | (upper << 8);
    return {
      digit: IQ2_S_LATTICE.digits[index * 8 + (i % 8)]!,
      negative: ((bytes[start + 34 + eight]! >> (i % 8)) & 1) === 1,
      scale: (bytes[start + 74 + block]! >> (i % 32 < 16 ? 0 : 4)) & 15,
    };
  },
};

/**
 * IQ2_S: per 256 weights d (f16), 32 lower bytes of indexes into the lattice, one for eight weights, 32 bytes of signs, 8
 * bytes of the indexes' upper two bits, 8 bytes of scales (a nibble for 16 weights). Source: ggml's
 * `dequantize_row_iq2_s`.
 */
export function dequantizeIQ2S(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  return dequantizeIQ2(LAYOUT, bytes, elements);
}

/** A row of file blocks → its planes, see `iq2-s.wgsl`. */
export function packIQ2S(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  packIQ2(LAYOUT, row, quants, scales);
}
