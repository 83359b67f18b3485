/**
 * An MLC model as a `ModelFile`, so that the engine runs it as it runs GGUF.
 *
 * MLC's q4f16_1 and GGUF's Q4_0 are the same numbers: groups of 32, a scale in f16, and codes around 7 here, 8 there. So
 * a read of a quantized tensor takes the rows' codes and scales and lays them out as Q4_0, bit for bit without loss, a
 * few rows at a time. Plain weights pass through as they lie. Refused: the other quantizations, which no type of GGUF
 * holds exactly, and code 15, which MLC's quantizer never writes.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { checkRange } from '../source/check-range.ts';
import type { MlcModel, MlcWeight } from './mlc.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { withRopeFactors } from './rope-factors.ts';

const GROUP = 32;
/** Of 32 weights: their codes, their scale in f16, and both as a block of Q4_0. */
const CODE_BYTES = 16;
const SCALE_BYTES = 2;
const BLOCK_BYTES = CODE_BYTES + SCALE_BYTES;

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
      ? asQ40(model, weight, columns)
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

function asQ40(
  { source, config }: MlcModel,
  { name, weight, scale, firstRow, transposed }: MlcWeight,
  columns: number,
): Reader {
  if (config.quantization !== 'q4f16_1' || transposed || columns % GROUP !== 0) {
    throw new EngineError('FileUnsupported', {
      what: 'Freehold cannot run this quantization of MLC yet',
      expected: `q4f16_1, q0f16 or q0f32, with rows of a multiple of ${GROUP} weights`,
      got: `${config.quantization}, with rows of ${columns}`,
      remedy: 'Choose the q4f16_1 conversion of the model.',
    });
  }
  const groups = columns / GROUP;
  return {
    type: 'Q4_0',
    rowBytes: groups * BLOCK_BYTES,
    async readRows(first, count, signal) {
      const [from, blocks] = [(firstRow + first) * groups, count * groups];
      const [codes, scales] = await Promise.all([
        source.read(weight.byteOffset + from * CODE_BYTES, blocks * CODE_BYTES, signal),
        source.read(scale!.byteOffset + from * SCALE_BYTES, blocks * SCALE_BYTES, signal),
      ]);
      return q40Blocks(name, codes, scales);
    },
  };
}

/** (blocks, 16) codes in order and (blocks) scales → (blocks, 18): scale, then codes j and j + 16 in byte j. */
function q40Blocks(name: string, codes: Uint8Array, scales: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = codes.length / CODE_BYTES;
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  let largest = 0;
  for (let block = 0; block < blocks; block++) {
    const to = block * BLOCK_BYTES;
    bytes[to] = scales[block * SCALE_BYTES]!;
    bytes[to + 1] = scales[block * SCALE_BYTES + 1]!;
    for (let j = 0; j < GROUP / 2; j++) {
      // Codes j and j + 16 share a nibble's place in their bytes. GGUF's middle is one higher.
      const from = block * CODE_BYTES + (j >> 1);
      const shift = (j & 1) * 4;
      const low = ((codes[from]! >> shift) & 15) + 1;
      const high = ((codes[from + 8]! >> shift) & 15) + 1;
      largest = Math.max(largest, low, high);
      bytes[to + SCALE_BYTES + j] = low | (high << 4);
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
