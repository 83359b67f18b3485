/**
 * Rows of MLC's groups laid out as blocks of 32 weights, which the engine's kernels read, without any loss.
 *
 * q4f16_1 and q4f16_0 are GGUF's Q4_0: groups of 32, a scale in f16, codes around 7 here and 8 there. q4f32_1 has scales
 * beyond f16, so it becomes Q4_F32. q3f16_1 has groups of 40, which end within blocks, so it becomes Q3_G40. Both are types
 * of our own. Refused: codes and signs that MLC's quantizer never writes, and that the blocks have no room for.
 */
import { EngineError } from '../protocol/errors.ts';
import { groupsOf, type GroupScheme } from './mlc-quantization.ts';
import { quoted } from './quoted.ts';

/** Weights of a block: rows of another multiple cannot be laid out. */
export const BLOCK = 32;

/** Codes (rows, words) of u32 and scales (rows, groups), row by row as MLC stores them. */
interface StoredRows {
  /** Of the tensor, for errors. */
  readonly name: string;
  readonly columns: number;
  readonly codes: Uint8Array;
  readonly scales: Uint8Array;
}

/** What a scheme's rows become. */
export interface BlockLayout {
  readonly type: 'Q4_0' | 'Q4_F32' | 'Q3_G40';
  readonly blockBytes: number;
  /** (rows, columns / 32, blockBytes). Throws `FileMalformed`. */
  readonly lay: (rows: StoredRows) => Uint8Array<ArrayBuffer>;
}

/** How rows of this scheme are laid out. */
export function blockLayout(scheme: GroupScheme): BlockLayout {
  if (scheme.bits === 3) return { type: 'Q3_G40', blockBytes: 16, lay: (rows) => threeBitBlocks(rows, scheme) };
  const wide = scheme.scaleType === 'float32';
  return wide
    ? { type: 'Q4_F32', blockBytes: 20, lay: (rows) => fourBitBlocks(rows, 4) }
    : { type: 'Q4_0', blockBytes: 18, lay: (rows) => fourBitBlocks(rows, 2) };
}

/** Scale, then codes j and j + 16 in byte j. Of a scale in f32 a stored bf16 is the upper half. */
function fourBitBlocks({ name, codes, scales }: StoredRows, scaleBytes: number): Uint8Array<ArrayBuffer> {
  const codeBytes = BLOCK / 2;
  const blocks = codes.length / codeBytes;
  const stored = scales.length / blocks;
  const blockBytes = codeBytes + scaleBytes;
  const bytes = new Uint8Array(blocks * blockBytes);
  let largest = 0;
  for (let block = 0; block < blocks; block++) {
    const to = block * blockBytes;
    for (let i = 1; i <= stored; i++) bytes[to + scaleBytes - i] = scales[(block + 1) * stored - i]!;
    for (let j = 0; j < BLOCK / 2; j++) {
      // Codes j and j + 16 share a nibble's place in their bytes. The middle here is one higher.
      const from = block * codeBytes + (j >> 1);
      const shift = (j & 1) * 4;
      const low = ((codes[from]! >> shift) & 15) + 1;
      const high = ((codes[from + 8]! >> shift) & 15) + 1;
      largest = Math.max(largest, low, high);
      bytes[to + scaleBytes + j] = low | (high << 4);
    }
  }
  if (largest > 15) throw impossible(name, 'a code', '0 to 14', '15');
  return bytes;
}

/** Where element 0…31 of a block of three bits has its pair in its word of pairs, and its upper bit in theirs. */
const PAIR_SHIFTS = Uint8Array.from({ length: BLOCK }, (_, i) => 8 * (i % 4) + 2 * Math.floor((i % 16) / 4));
const UPPER_SHIFTS = Uint8Array.from({ length: BLOCK }, (_, i) => 8 * (i % 4) + Math.floor(i / 4));

/** Pairs of bits, upper bits, the two scales; see `shaders/quant/q3-g40.wgsl`. */
function threeBitBlocks({ name, columns, codes, scales }: StoredRows, scheme: GroupScheme): Uint8Array<ArrayBuffer> {
  const { groupSize, codesPerWord } = scheme;
  const row = groupsOf(columns, scheme);
  const rows = scales.length / (2 * row.groups);
  const from = new DataView(codes.buffer, codes.byteOffset, codes.byteLength);
  const scaleOf = new DataView(scales.buffer, scales.byteOffset, scales.byteLength);
  const bytes = new Uint8Array((rows * columns * 16) / BLOCK);
  const to = new DataView(bytes.buffer);
  let at = 0;
  let allCodes = 0;
  let allScales = 0;
  for (let n = 0; n < rows; n++) {
    let next = n * row.words;
    let word = 0;
    let left = 0;
    for (let first = 0; first < columns; first += BLOCK) {
      let [low, high, upper] = [0, 0, 0];
      for (let i = 0; i < BLOCK; i++) {
        if (left === 0) {
          word = from.getUint32(4 * next++, true);
          left = codesPerWord;
        }
        // The middle here is one higher.
        const code = (word & 7) + 1;
        word >>>= 3;
        left--;
        allCodes |= code;
        if (i < BLOCK / 2) low |= (code & 3) << PAIR_SHIFTS[i]!;
        else high |= (code & 3) << PAIR_SHIFTS[i]!;
        upper |= ((code >> 2) & 1) << UPPER_SHIFTS[i]!;
      }
      to.setUint32(at, low, true);
      to.setUint32(at + 4, high, true);
      to.setUint32(at + 8, upper, true);
      const group = Math.floor(first / groupSize);
      const lastGroup = Math.floor((first + BLOCK - 1) / groupSize);
      const d0 = scaleOf.getUint16(2 * (n * row.groups + group), true);
      const d1 = scaleOf.getUint16(2 * (n * row.groups + lastGroup), true);
      allScales |= d0 | d1;
      // Runs of eight, besides the first, that still lie in the first weight's group.
      const more = Math.min(BLOCK, (group + 1) * groupSize - first) / 8 - 1;
      to.setUint16(at + 12, d0 | ((more & 1) << 15), true);
      to.setUint16(at + 14, d1 | ((more >> 1) << 15), true);
      at += 16;
    }
  }
  if (allCodes > 7) throw impossible(name, 'a code', '0 to 6', '7');
  if (allScales >> 15) throw impossible(name, 'a scale', 'zero or more', 'a negative number');
  return bytes;
}

function impossible(name: string, what: string, expected: string, got: string): EngineError {
  return new EngineError('FileMalformed', {
    what: `The tensor ${quoted(name)} holds ${what} that the quantizer never writes`,
    expected,
    got,
    remedy: 'Fetch the file again, or choose another conversion of the model.',
  });
}
