/**
 * An MLC model as a `ModelFile`, so that the engine runs it as it runs GGUF.
 *
 * MLC's q4f16_1 and GGUF's Q4_0 are the same numbers: groups of 32, a scale in f16, and codes around 7 here, 8 there. So
 * a read of a quantized tensor takes the rows' codes and scales and lays them out as Q4_0, bit for bit without loss, a
 * few rows at a time. q4f16_0 has them transposed: a read gathers them. q4f32_1 has scales beyond f16, so it is laid out
 * as Q4_F32, a type of our own. Plain weights pass through as they lie. Refused: q3f16_1, whose groups of 40 no block of
 * 32 can follow, and code 15, which MLC's quantizer never writes.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { checkRange } from '../source/check-range.ts';
import type { MlcModel, MlcPlace, MlcWeight } from './mlc.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { withRopeFactors } from './rope-factors.ts';

const GROUP = 32;
/** Of 32 weights: their codes' bytes and words. */
const CODE_BYTES = 16;
const WORDS = 4;

const PLAIN_TYPES: Readonly<Record<string, readonly [type: string, bytes: number] | undefined>> = {
  float16: ['F16', 2],
  bfloat16: ['BF16', 2],
  float32: ['F32', 4],
};

/** A tensor of the file as it is read: whole rows, from one that a read begins in to one that it ends in. */
interface Segment {
  readonly start: number;
  readonly rowBytes: number;
  readonly rows: number;
  readRows(first: number, count: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** The model as a file that was never written: offsets count through its tensors. Throws `FileUnsupported`. */
export function mlcModelFile(model: MlcModel): ModelFile {
  const { config } = model;
  const tensors = new Map<string, TensorInfo>();
  const segments: Segment[] = [];
  let start = 0;
  for (const weight of model.weights.values()) {
    const rows = weight.shape[0]!;
    const columns = weight.shape[1] ?? 1;
    const { type, rowBytes, readRows } = weight.scale
      ? asFourBits(model, weight, columns)
      : asItLies(model, weight, columns);
    const byteLength = rows * rowBytes;
    tensors.set(weight.name, { name: weight.name, type, shape: weight.shape, byteOffset: start, byteLength });
    segments.push({ start, rowBytes, rows, readRows });
    start += byteLength;
  }
  const file: ModelFile = {
    container: 'mlc',
    metadata: config.metadata,
    tensors,
    source: segmentSource(segments, start),
  };
  return withRopeFactors(file, config.ropeFactors);
}

type Reader = Pick<Segment, 'rowBytes' | 'readRows'> & { readonly type: string };

function asItLies({ source }: MlcModel, { weight, firstRow }: MlcWeight, columns: number): Reader {
  const [type, bytes] = PLAIN_TYPES[weight.storedType]!;
  const rowBytes = columns * bytes;
  return {
    type,
    rowBytes,
    readRows: (first, count, signal) =>
      source.read(weight.byteOffset + (firstRow + first) * rowBytes, count * rowBytes, signal),
  };
}

function asFourBits(
  { source, config }: MlcModel,
  { name, weight, scale, firstRow, storedRows, transposed }: MlcWeight,
  columns: number,
): Reader {
  const { scheme } = config;
  if (scheme?.bits !== 4 || !scale || columns % GROUP !== 0) {
    throw new EngineError('FileUnsupported', {
      what: 'Freehold cannot run this quantization of MLC yet',
      expected: `q4f16_1, q4f16_0, q4f32_1, q0f16 or q0f32, with rows of a multiple of ${GROUP} weights`,
      got: `${config.quantization}, groups of ${scheme?.groupSize ?? 1}, with rows of ${columns}`,
      remedy: 'Choose the q4f16_1 conversion of the model.',
    });
  }
  const groups = columns / GROUP;
  const wide = scheme.scaleType === 'float32';
  const scaleBytes = scale.storedType === 'float32' ? 4 : 2;
  const rows = { firstRow, storedRows, transposed };
  return {
    type: wide ? 'Q4_F32' : 'Q4_0',
    rowBytes: groups * (CODE_BYTES + (wide ? 4 : 2)),
    async readRows(first, count, signal) {
      const wanted = { ...rows, first, count };
      const codes = await readItems(source, weight, groups * WORDS, 4, wanted, signal);
      const scales = await readItems(source, scale, groups, scaleBytes, wanted, signal);
      return fourBitBlocks(name, codes, scales, wide);
    },
  };
}

/** Rows of a stored tensor: `count` from the weight's own row `first` on, which are those from `firstRow` on of all. */
interface WantedRows {
  readonly firstRow: number;
  readonly storedRows: number;
  readonly transposed: boolean;
  readonly first: number;
  readonly count: number;
}

/** Items of so many bytes, (rows, items), from a tensor that has them so or transposed: (items, rows). */
async function readItems(
  source: ByteSource,
  { byteOffset }: MlcPlace,
  items: number,
  itemBytes: number,
  { firstRow, storedRows, transposed, first, count }: WantedRows,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const row = firstRow + first;
  if (!transposed) return source.read(byteOffset + row * items * itemBytes, count * items * itemBytes, signal);
  const bytes = new Uint8Array(count * items * itemBytes);
  // One after the other: the store holds two of its pieces, and these reads go through them in order.
  for (let item = 0; item < items; item++) {
    const column = await source.read(byteOffset + (item * storedRows + row) * itemBytes, count * itemBytes, signal);
    for (let r = 0; r < count; r++)
      for (let byte = 0; byte < itemBytes; byte++)
        bytes[(r * items + item) * itemBytes + byte] = column[r * itemBytes + byte]!;
  }
  return bytes;
}

/**
 * (blocks, 16) codes in order and (blocks) scales → (blocks, 18 or 20): scale, then codes j and j + 16 in byte j. A `wide`
 * block has a scale in f32, of which a stored bf16 is the upper half.
 */
function fourBitBlocks(name: string, codes: Uint8Array, scales: Uint8Array, wide: boolean): Uint8Array<ArrayBuffer> {
  const blocks = codes.length / CODE_BYTES;
  const stored = scales.length / blocks;
  const scaleBytes = wide ? 4 : 2;
  const blockBytes = CODE_BYTES + scaleBytes;
  const bytes = new Uint8Array(blocks * blockBytes);
  let largest = 0;
  for (let block = 0; block < blocks; block++) {
    const to = block * blockBytes;
    for (let i = 1; i <= stored; i++) bytes[to + scaleBytes - i] = scales[(block + 1) * stored - i]!;
    for (let j = 0; j < GROUP / 2; j++) {
      // Codes j and j + 16 share a nibble's place in their bytes. The middle here is one higher.
      const from = block * CODE_BYTES + (j >> 1);
      const shift = (j & 1) * 4;
      const low = ((codes[from]! >> shift) & 15) + 1;
      const high = ((codes[from + 8]! >> shift) & 15) + 1;
      largest = Math.max(largest, low, high);
      bytes[to + scaleBytes + j] = low | (high << 4);
    }
  }
  if (largest <= 15) return bytes;
  throw new EngineError('FileMalformed', {
    what: `The tensor ${quoted(name)} holds a code that the quantizer never writes`,
    expected: '0 to 14',
    got: 15,
    remedy: 'Fetch the file again, or choose another conversion of the model.',
  });
}

function segmentSource(segments: readonly Segment[], byteLength: number): ByteSource {
  return {
    byteLength,
    async read(offset, length, signal) {
      checkRange(offset, length, byteLength);
      signal?.throwIfAborted();
      const bytes = new Uint8Array(length);
      let index = segments.findLastIndex(({ start }) => start <= offset);
      for (let filled = 0; filled < length; index++) {
        const { start, rowBytes, rows, readRows } = segments[index]!;
        const within = offset + filled - start;
        const end = Math.min(within + length - filled, rows * rowBytes);
        const first = Math.floor(within / rowBytes);
        const read = await readRows(first, Math.ceil(end / rowBytes) - first, signal);
        const piece = read.subarray(within - first * rowBytes, end - first * rowBytes);
        if (piece.length === length) return piece.length === read.length ? read : piece.slice();
        bytes.set(piece, filled);
        filled += piece.length;
      }
      return bytes;
    },
  };
}
