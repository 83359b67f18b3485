import { halfToNumber } from './half.ts';
import { putPair } from './pack.ref.ts';

const BYTES = 54;

/** Where an element lies in its block: its byte, and its place among the byte's ternary digits from the top. */
function place(element: number): { byte: number; digit: number } {
  if (element < 160) return { byte: element % 32, digit: Math.floor(element / 32) };
  if (element < 240) return { byte: 32 + ((element - 160) % 16), digit: Math.floor((element - 160) / 16) };
  return { byte: 48 + ((element - 240) % 4), digit: Math.floor((element - 240) / 4) };
}

/** A byte b stands for the fraction b / 256, and times three its whole part is a digit: what is left has the next. */
function code(bytes: Uint8Array, i: number): number {
  const { byte, digit } = place(i % 256);
  let rest = bytes[Math.floor(i / 256) * BYTES + byte]!;
  for (let skipped = 0; skipped < digit; skipped++) rest = (rest * 3) % 256;
  return Math.floor((rest * 3) / 256);
}

/**
 * TQ1_0: per 256 weights 52 bytes of ternary digits and d (f16); w = d·(q − 1). Five digits a byte, the first on top: 32
 * bytes hold the elements 0–159 (byte m: m, m + 32, …), 16 the elements 160–239 (byte m: 160 + m, 176 + m, …), and four
 * of four digits the last sixteen (byte j: 240 + j, 244 + j, …). Source: ggml's `dequantize_row_tq1_0`.
 */
export function dequantizeTQ10(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    const d = halfToNumber(view.getUint16(Math.floor(i / 256) * BYTES + 52, true));
    weights[i] = d * (code(bytes, i) - 1);
  }
  return weights;
}

/** A row of file blocks → its planes: those of TQ2_0, see `tq2-0.wgsl`. */
export function packTQ10(row: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  const groups = row.length / BYTES;
  for (let i = 0; i < groups * 256; i++) putPair(quants, i, code(row, i));
  for (let group = 0; group < groups; group++)
    scales.set(row.subarray(group * BYTES + 52, group * BYTES + 54), group * 2);
}
