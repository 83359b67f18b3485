/**
 * An MLC model as a `ModelFile`, so that the engine runs it as it runs GGUF.
 *
 * A read of a quantized tensor takes the rows' codes and scales and lays them out in blocks (`mlc-blocks.ts`), a few rows
 * at a time; q4f16_0 has them transposed: a read gathers them. Plain weights pass through as they lie. Refused: quantized
 * rows that are no multiple of 32 weights.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { BLOCK, blockLayout } from './mlc-blocks.ts';
import { groupsOf } from './mlc-quantization.ts';
import type { MlcModel, MlcPlace, MlcWeight } from './mlc.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { withRopeFactors } from './rope-factors.ts';
import { type RowSegment, segmentSource } from './row-segments.ts';
import { readTransposedRows } from './transposed-rows.ts';

const PLAIN_TYPES: Readonly<Record<string, readonly [type: string, bytes: number] | undefined>> = {
  float16: ['F16', 2],
  bfloat16: ['BF16', 2],
  float32: ['F32', 4],
};

/** The model as a file that was never written: offsets count through its tensors. Throws `FileUnsupported`. */
export function mlcModelFile(model: MlcModel): ModelFile {
  const { config } = model;
  const tensors = new Map<string, TensorInfo>();
  const segments: RowSegment[] = [];
  let start = 0;
  for (const weight of model.weights.values()) {
    const columns = weight.shape.length === 1 ? 1 : weight.shape.at(-1)!;
    const rows = weight.shape.reduce((product, size) => product * size, 1) / columns;
    const reader = weight.scale ? asBlocks(model, weight, columns) : asItLies(model, weight, columns);
    const { type, rowBytes, readRows } = weight.shape.length === 3 ? acrossExperts(reader, weight) : reader;
    const byteLength = rows * rowBytes;
    tensors.set(weight.name, { name: weight.name, type, shape: weight.shape, byteOffset: start, byteLength });
    segments.push({ rowBytes, rows, readRows });
    start += byteLength;
  }
  const file: ModelFile = {
    container: 'mlc',
    metadata: config.metadata,
    tensors,
    source: segmentSource(segments),
  };
  return withRopeFactors(file, config.ropeFactors);
}

type Reader = Pick<RowSegment, 'rowBytes' | 'readRows'> & { readonly type: string };

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

function asBlocks(
  { source, config }: MlcModel,
  { name, weight, scale, firstRow, storedRows, transposed }: MlcWeight,
  columns: number,
): Reader {
  const { scheme } = config;
  if (!scheme || !scale || columns % BLOCK !== 0) {
    throw new EngineError('FileUnsupported', {
      what: 'Freehold cannot run quantized weights of these sizes yet',
      expected: `rows of a multiple of ${BLOCK} weights`,
      got: `${config.quantization} with rows of ${columns}`,
      remedy: 'Choose another model.',
    });
  }
  const stored = groupsOf(columns, scheme);
  const { type, blockBytes, lay } = blockLayout(scheme);
  const scaleBytes = scale.storedType === 'float32' ? 4 : 2;
  const rows = { firstRow, storedRows, transposed };
  return {
    type,
    rowBytes: (columns / BLOCK) * blockBytes,
    async readRows(first, count, signal) {
      const wanted = { ...rows, first, count };
      const codes = await readItems(source, weight, stored.words, 4, wanted, signal);
      const scales = await readItems(source, scale, stored.groups, scaleBytes, wanted, signal);
      return lay({ name, columns, codes, scales });
    },
  };
}

/** Rows counted through all experts, from a reader of stored rows, where each expert's lie among others. */
function acrossExperts(reader: Reader, { shape, storedRows }: MlcWeight): Reader {
  const rows = shape[1]!;
  return {
    ...reader,
    async readRows(first, count, signal) {
      const bytes = new Uint8Array(count * reader.rowBytes);
      for (let row = first; row < first + count;) {
        const within = row % rows;
        const run = Math.min(rows - within, first + count - row);
        const read = await reader.readRows(Math.floor(row / rows) * storedRows + within, run, signal);
        bytes.set(read, (row - first) * reader.rowBytes);
        row += run;
      }
      return bytes;
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
function readItems(
  source: ByteSource,
  { byteOffset }: MlcPlace,
  items: number,
  itemBytes: number,
  { firstRow, storedRows, transposed, first, count }: WantedRows,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const row = firstRow + first;
  if (transposed) return readTransposedRows(source, { byteOffset, items, itemBytes, storedRows }, row, count, signal);
  return source.read(byteOffset + row * items * itemBytes, count * items * itemBytes, signal);
}
