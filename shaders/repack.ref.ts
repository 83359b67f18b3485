/** What `repack` computes: planes built weight by weight from the file's blocks. */
import { quantFormats } from './quant/format.ts';
import type { QuantType } from './quant/format.ts';

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
  const blocks = Math.ceil(columns / 32);
  const quants = new Uint8Array(planes.quants.buffer);
  const scales = new Uint8Array(planes.scales.buffer);
  if (type === 'F32' || type === 'F16' || type === 'BF16') {
    const weightBytes = type === 'F32' ? 4 : 2;
    quants.set(row, planeRow * blocks * 32 * weightBytes);
    return;
  }
  for (let column = 0; column < columns; column++) {
    const block = planeRow * blocks + Math.floor(column / 32);
    const j = column % 32;
    if (type === 'Q8_0') {
      quants[block * 32 + j] = row[Math.floor(column / 32) * 34 + 2 + j]!;
      continue;
    }
    const low = lowNibble(type, row, column);
    quants[block * 16 + (j % 16)]! |= low << (j < 16 ? 0 : 4);
  }
  if (type === 'Q4_0' || type === 'Q8_0') {
    const blockBytes = quantFormats[type].blockBytes;
    const start = planeRow * Math.ceil(blocks / 2) * 4;
    for (let block = 0; block < blocks; block++) {
      scales.set(row.subarray(block * blockBytes, block * blockBytes + 2), start + block * 2);
    }
  }
  for (let group = 0; group < columns / 256; group++) {
    if (type === 'Q4_K') {
      scales.set(row.subarray(group * 144, group * 144 + 16), (planeRow * (columns / 256) + group) * 16);
    }
    if (type === 'Q6_K') {
      const start = (planeRow * (columns / 256) + group) * 84;
      for (let element = 0; element < 256; element++) {
        const within = element % 128;
        const pairs = row[group * 210 + 128 + Math.floor(element / 128) * 32 + (within % 32)]!;
        const upper = (pairs >> (2 * Math.floor(within / 32))) & 3;
        // Sixteen elements a word: byte b holds the elements b, b + 4, b + 8 and b + 12.
        const at = start + Math.floor(element / 16) * 4 + (element % 4);
        scales[at]! |= upper << (2 * Math.floor((element % 16) / 4));
      }
      scales.set(row.subarray(group * 210 + 192, group * 210 + 210), start + 64);
    }
  }
}

function lowNibble(type: 'Q4_0' | 'Q4_K' | 'Q6_K', row: Uint8Array, column: number): number {
  if (type === 'Q4_0') {
    const pair = row[Math.floor(column / 32) * 18 + 2 + (column % 16)]!;
    return column % 32 < 16 ? pair & 15 : pair >> 4;
  }
  const group = Math.floor(column / 256);
  const element = column % 256;
  if (type === 'Q4_K') {
    const pair = row[group * 144 + 16 + Math.floor(element / 64) * 32 + (element % 32)]!;
    return element % 64 < 32 ? pair & 15 : pair >> 4;
  }
  const pair = row[group * 210 + Math.floor(element / 128) * 64 + (element % 64)]!;
  return element % 128 < 64 ? pair & 15 : pair >> 4;
}
