/**
 * A weight matrix as the kernels see it: planes of repacked blocks, cut into shards by rows where one binding is too
 * small for the whole.
 */
import { type QuantType, quantFormats } from '../../shaders/quant/format.ts';
import { EngineError } from '../protocol/errors.ts';
import { formatBytes } from '../protocol/format-bytes.ts';
import { type MemoryPlan, Slot } from './slot.ts';

/** Consecutive rows of a matrix that share one pair of planes. */
export interface MatrixShard {
  readonly firstRow: number;
  readonly rows: number;
  readonly quants: Slot;
  readonly scales: Slot;
}

/** A matrix (rows, columns) of one tensor type. */
export interface Matrix {
  readonly label: string;
  readonly type: QuantType;
  readonly rows: number;
  readonly columns: number;
  readonly shards: readonly MatrixShard[];
}

/** Rows of a shard are a multiple of this, so that interleaved gate and up rows stay together and tiles stay whole. */
const SHARD_ROWS = 64;

/**
 * Plans the planes of a matrix. Throws `ModelTooLarge` where a binding cannot hold rows that must stay together.
 *
 * @param bindingBytes the largest storage binding that the device allows
 * @param rowsTogether rows of a shard are a multiple of this: an expert's, for matrices of several experts
 */
export function planMatrix(
  memory: MemoryPlan,
  label: string,
  type: QuantType,
  rows: number,
  columns: number,
  bindingBytes: number,
  rowsTogether = SHARD_ROWS,
): Matrix {
  const { planes } = quantFormats[type];
  const together = Math.min(rowsTogether, rows);
  const sample = planes(together, columns);
  const sampleBytes = Math.max(sample.quantBytes, sample.scaleBytes);
  if (sampleBytes > bindingBytes) {
    throw new EngineError('ModelTooLarge', {
      what: `"${label}" does not fit into the bindings of this graphics device`,
      expected: `at most ${formatBytes(bindingBytes)} for ${together} rows`,
      got: formatBytes(sampleBytes),
      remedy: 'Choose a smaller model.',
    });
  }
  const rowsPerShard = Math.floor(bindingBytes / sampleBytes) * together;
  const shards: MatrixShard[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += rowsPerShard) {
    const shardRows = Math.min(rowsPerShard, rows - firstRow);
    const { quantBytes, scaleBytes } = planes(shardRows, columns);
    shards.push({
      firstRow,
      rows: shardRows,
      quants: memory.add(new Slot(`${label} quants ${firstRow}`, quantBytes, 'weights')),
      scales: memory.add(new Slot(`${label} scales ${firstRow}`, scaleBytes, 'weights')),
    });
  }
  return { label, type, rows, columns, shards };
}
