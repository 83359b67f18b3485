/**
 * MLC's group quantization: what its stored words mean, as the reference for any kernel that reads them.
 *
 * Weights (rows, columns) are cut along a row into groups; each group has a scale and symmetric codes around a middle:
 * weight = (code − middle) · scale. Codes lie in 32-bit words from the lowest bits up, none across a word's edge. A last
 * group that is not full ends in codes that mean nothing. In the transposed layout words and scales of a column of
 * groups lie beside one another: (words, rows) instead of (rows, words).
 * Source: MLC-LLM's `quantization.py` and `group_quantization.py`; checked against the shapes in published models.
 */
import { EngineError } from '../protocol/errors.ts';

/** How groups are made. */
export interface GroupScheme {
  readonly bits: number;
  /** Weights that share a scale. */
  readonly groupSize: number;
  readonly codesPerWord: number;
  /** The code of zero. */
  readonly middle: number;
  readonly scaleType: 'float16' | 'bfloat16' | 'float32';
  /** Whether matrices (never embeddings) are stored transposed. */
  readonly transposed: boolean;
}

const FOUR_BITS = { bits: 4, groupSize: 32, codesPerWord: 8, middle: 7, transposed: false } as const;

/** Schemes by MLC's name; `null` where weights are stored plainly. */
const MLC_QUANTIZATIONS: Readonly<Record<string, GroupScheme | null | undefined>> = {
  q0f16: null,
  q0f32: null,
  q4f16_0: { ...FOUR_BITS, scaleType: 'float16', transposed: true },
  q4f16_1: { ...FOUR_BITS, scaleType: 'float16' },
  q4f32_1: { ...FOUR_BITS, scaleType: 'float32' },
  q3f16_1: { bits: 3, groupSize: 40, codesPerWord: 10, middle: 3, scaleType: 'float16', transposed: false },
};

/** The scheme of a name such as `q4f16_1`, or `null` for plain weights. Throws `FileUnsupported` for any other. */
export function groupScheme(name: string): GroupScheme | null {
  const scheme = Object.hasOwn(MLC_QUANTIZATIONS, name) ? MLC_QUANTIZATIONS[name] : undefined;
  if (scheme !== undefined) return scheme;
  throw new EngineError('FileUnsupported', {
    what: 'The quantization of this model is not known here',
    expected: Object.keys(MLC_QUANTIZATIONS).join(', '),
    got: JSON.stringify(name.slice(0, 80)),
    remedy: 'Choose another conversion of the model, such as q4f16_1.',
  });
}

/** Groups and words of a row with so many weights. */
export function groupsOf(columns: number, { groupSize, codesPerWord }: GroupScheme): { groups: number; words: number } {
  const groups = Math.ceil(columns / groupSize);
  return { groups, words: groups * (groupSize / codesPerWord) };
}

/**
 * The definition: stored words and scales → weights (rows, columns), rounded once to f32.
 *
 * @param words (rows, words) u32, little-endian, or (words, rows) if `transposed`
 * @param scales (rows, groups), or (groups, rows) if `transposed`, already as numbers
 */
export function dequantizeGroups(
  words: Uint8Array,
  scales: ArrayLike<number>,
  rows: number,
  columns: number,
  scheme: GroupScheme,
  transposed = false,
): Float32Array<ArrayBuffer> {
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  const { bits, groupSize, codesPerWord, middle } = scheme;
  const row = groupsOf(columns, scheme);
  const weights = new Float32Array(rows * columns);
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < columns; k++) {
      const word = Math.floor(k / codesPerWord);
      const group = Math.floor(k / groupSize);
      const wordAt = transposed ? word * rows + n : n * row.words + word;
      const scaleAt = transposed ? group * rows + n : n * row.groups + group;
      const code = (view.getUint32(4 * wordAt, true) >>> (bits * (k % codesPerWord))) & (2 ** bits - 1);
      weights[n * columns + k] = (code - middle) * scales[scaleAt]!;
    }
  }
  return weights;
}
