/** What `repack` computes: planes built weight by weight from the file's blocks. */
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';
import { packIQ1M } from './quant/iq1-m.ref.ts';
import { packIQ1S } from './quant/iq1-s.ref.ts';
import { packIQ2S } from './quant/iq2-s.ref.ts';
import { packIQ2XS } from './quant/iq2-xs.ref.ts';
import { packIQ2XXS } from './quant/iq2-xxs.ref.ts';
import { packIQ3S } from './quant/iq3-s.ref.ts';
import { packIQ3XXS } from './quant/iq3-xxs.ref.ts';
import { packIQ4NL } from './quant/iq4-nl.ref.ts';
import { packIQ4XS } from './quant/iq4-xs.ref.ts';
import { packMXFP4 } from './quant/mxfp4.ref.ts';
import { packWords } from './quant/pack.ref.ts';
import { packQ2K } from './quant/q2-k.ref.ts';
import { packQ3K } from './quant/q3-k.ref.ts';
import { packQ40 } from './quant/q4-0.ref.ts';
import { packQ41 } from './quant/q4-1.ref.ts';
import { packQ4F32 } from './quant/q4-f32.ref.ts';
import { packQ4K } from './quant/q4-k.ref.ts';
import { packQ50 } from './quant/q5-0.ref.ts';
import { packQ51 } from './quant/q5-1.ref.ts';
import { packQ5K } from './quant/q5-k.ref.ts';
import { packQ6K } from './quant/q6-k.ref.ts';
import { packQ80 } from './quant/q8-0.ref.ts';
import { packTQ10 } from './quant/tq1-0.ref.ts';
import { packTQ20 } from './quant/tq2-0.ref.ts';

/** Writes one row's own bytes of both planes, which hold zeros before. */
const PACK: Readonly<Record<QuantType, (row: Uint8Array, quants: Uint8Array, scales: Uint8Array) => void>> = {
  F32: packWords,
  F16: packWords,
  BF16: packWords,
  Q4_0: packQ40,
  Q4_1: packQ41,
  Q5_0: packQ50,
  Q5_1: packQ51,
  Q8_0: packQ80,
  Q2_K: packQ2K,
  Q3_K: packQ3K,
  Q4_K: packQ4K,
  Q5_K: packQ5K,
  Q6_K: packQ6K,
  IQ1_S: packIQ1S,
  IQ1_M: packIQ1M,
  IQ2_XXS: packIQ2XXS,
  IQ2_XS: packIQ2XS,
  IQ2_S: packIQ2S,
  IQ3_XXS: packIQ3XXS,
  IQ3_S: packIQ3S,
  IQ4_NL: packIQ4NL,
  IQ4_XS: packIQ4XS,
  MXFP4: packMXFP4,
  TQ1_0: packTQ10,
  TQ2_0: packTQ20,
  Q4_F32: packQ4F32,
  Q3_G40: packWords,
};

/** Both planes of a tensor, as words. */
export interface Planes {
  /** (row, block of 32, word) */
  readonly quants: Uint32Array<ArrayBuffer>;
  /** (row, word) */
  readonly scales: Uint32Array<ArrayBuffer>;
}

/** Where the rows of a slice go: source row r → (firstRow + r) · rowStep + rowOffset. */
export interface Slice {
  readonly rows: number;
  readonly firstRow: number;
  readonly rowStep: number;
  readonly rowOffset: number;
}

/** Planes of zeros. */
export function emptyPlanes(type: QuantType, rows: number, columns: number): Planes {
  const { quantBytes, scaleBytes } = quantFormats[type].planes(rows, columns);
  return { quants: new Uint32Array(quantBytes / 4), scales: new Uint32Array(scaleBytes / 4) };
}

/** Writes a slice's rows into planes of `planeRows` rows. `raw` holds whole rows as they lie in a file. */
export function repackReference(
  { type, columns, planeRows }: { type: QuantType; columns: number; planeRows: number },
  raw: Uint8Array,
  slice: Slice,
  planes: Planes,
): void {
  const rowBytes = quantFormats[type].fileRowBytes(columns);
  for (let row = 0; row < slice.rows; row++) {
    const planeRow = (slice.firstRow + row) * slice.rowStep + slice.rowOffset;
    if (planeRow < planeRows)
      packRow(type, columns, raw.subarray(row * rowBytes, (row + 1) * rowBytes), planeRow, planes);
  }
}

function packRow(type: QuantType, columns: number, row: Uint8Array, planeRow: number, planes: Planes): void {
  const { quantBytes, scaleBytes } = quantFormats[type].rowBytes(columns);
  const rowOf = (plane: Uint32Array<ArrayBuffer>, bytes: number): Uint8Array =>
    new Uint8Array(plane.buffer).subarray(planeRow * bytes, (planeRow + 1) * bytes);
  PACK[type](row, rowOf(planes.quants, quantBytes), rowOf(planes.scales, scaleBytes));
}
