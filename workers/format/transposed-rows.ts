/**
 * Matrices that a file stores the other way round, columns of the weights one behind the other: MLC's older layout, and
 * what GPT-2's makers called a convolution. A read of rows gathers them; nothing is held between reads.
 */
import type { ByteSource } from '../source/byte-source.ts';
import { joinSources } from '../source/joined-source.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { type RowSegment, segmentSource } from './row-segments.ts';

/** A stored matrix (items, storedRows): item i of all rows lies together. */
export interface Transposed {
  readonly byteOffset: number;
  readonly items: number;
  readonly itemBytes: number;
  readonly storedRows: number;
}

/** Rows from `first` on, (count, items). */
export async function readTransposedRows(
  source: ByteSource,
  { byteOffset, items, itemBytes, storedRows }: Transposed,
  first: number,
  count: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(count * items * itemBytes);
  // One after the other: the store holds two of its pieces, and these reads go through them in order.
  for (let item = 0; item < items; item++) {
    const at = byteOffset + (item * storedRows + first) * itemBytes;
    const column = await source.read(at, count * itemBytes, signal);
    for (let row = 0; row < count; row++)
      for (let byte = 0; byte < itemBytes; byte++)
        bytes[(row * items + item) * itemBytes + byte] = column[row * itemBytes + byte]!;
  }
  return bytes;
}

/** The file with those of its matrices (columns, rows) that `isTransposed` picks as (rows, columns), behind its data. */
export function withTransposed(file: ModelFile, isTransposed: (tensor: TensorInfo) => boolean): ModelFile {
  const tensors = new Map(file.tensors);
  const segments: RowSegment[] = [];
  let byteOffset = file.source.byteLength;
  for (const tensor of file.tensors.values()) {
    const [items, rows] = tensor.shape;
    if (items === undefined || rows === undefined || !isTransposed(tensor)) continue;
    const { byteLength } = tensor;
    const itemBytes = byteLength / (items * rows);
    const stored = { byteOffset: tensor.byteOffset, items, itemBytes, storedRows: rows };
    segments.push({
      rows,
      rowBytes: items * itemBytes,
      readRows: (first, count, signal) => readTransposedRows(file.source, stored, first, count, signal),
    });
    tensors.set(tensor.name, { ...tensor, shape: [rows, items], byteOffset });
    byteOffset += byteLength;
  }
  return { ...file, tensors, source: joinSources([file.source, segmentSource(segments)]) };
}
