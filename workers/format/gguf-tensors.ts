/**
 * The tensor table of a GGUF file, and the proof that every tensor lies in the file and none on another.
 *
 * Refused: duplicate or empty names, no or more than four dimensions, a dimension of zero, sizes beyond 2⁵³, rows that
 * are no multiple of the type's block, unknown types, offsets that are unaligned, overlap or point past the end.
 * Allowed: tensors in any order, gaps between them, and a last tensor without its padding.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { readString } from './gguf-metadata.ts';
import type { TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { tensorTypeById } from './tensor-types.ts';

/** ggml allows 63 bytes, builds of it up to 255; nothing real comes near this. */
const NAME_BYTES_MAX = 1024;
const DIMENSIONS_MAX = 4;

/** A row of the table: `relativeOffset` counts from the start of the tensor data, which comes after the table. */
interface TableRow {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly relativeOffset: number;
  /** Where the row itself stands, for error messages. */
  readonly rowOffset: number;
}

function malformed(what: string, offset: number, expected: string, got: string | number): EngineError {
  return new EngineError('FileMalformed', { what, offset, expected, got });
}

async function readRow(cursor: ByteCursor, index: number): Promise<TableRow> {
  const rowOffset = cursor.offset;
  const name = await readString(cursor, NAME_BYTES_MAX, `the name of tensor ${index + 1}`);
  if (name === '') throw malformed(`Tensor ${index + 1} has no name`, rowOffset, 'a name', 'no bytes');
  const what = `the tensor ${quoted(name)}`;
  await cursor.need(4, what);
  const countOffset = cursor.offset;
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > DIMENSIONS_MAX)
    throw malformed(`The dimensions of ${what} are wrong`, countOffset, `1 to ${DIMENSIONS_MAX}`, dimensions);
  await cursor.need(dimensions * 8 + 12, what);
  const shape: number[] = [];
  let elements = 1;
  for (let axis = 0; axis < dimensions; axis++) {
    const offset = cursor.offset;
    const size = cursor.u64(`a dimension of ${what}`);
    if (size === 0) throw malformed(`A dimension of ${what} is zero`, offset, 'at least 1', 0);
    elements *= size;
    if (!Number.isSafeInteger(elements))
      throw malformed(`The size of ${what} is out of range`, offset, 'fewer than 2^53 weights', 'more');
    shape.unshift(size);
  }
  const typeOffset = cursor.offset;
  const typeId = cursor.u32();
  const type = tensorTypeById(typeId);
  if (!type) {
    throw new EngineError('FileUnsupported', {
      what: `The type of ${what} is unknown to this version`,
      offset: typeOffset,
      got: `number ${typeId}`,
      remedy: 'Choose another quantization of the model, such as Q4_K_M or Q8_0.',
    });
  }
  const row = shape.at(-1)!;
  if (row % type.blockElements !== 0)
    throw malformed(
      `The rows of ${what} do not fill whole blocks`,
      typeOffset,
      `a multiple of ${type.blockElements} for ${type.name}`,
      row,
    );
  const byteLength = (elements / type.blockElements) * type.blockBytes;
  if (!Number.isSafeInteger(byteLength))
    throw malformed(`The size of ${what} is out of range`, typeOffset, 'fewer than 2^53 bytes', 'more');
  const relativeOffset = cursor.u64(`the offset of ${what}`);
  return { name, type: type.name, shape, byteLength, relativeOffset, rowOffset };
}

/** Reads `count` rows. Rejects with `FileMalformed`, `FileTruncated` or, for an unknown type, `FileUnsupported`. */
export async function readTensorTable(cursor: ByteCursor, count: number): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const row = await readRow(cursor, index);
    if (names.has(row.name)) throw malformed(`The tensor ${quoted(row.name)} comes twice`, row.rowOffset, 'one', 'two');
    names.add(row.name);
    rows.push(row);
  }
  return rows;
}

/**
 * Places the rows in the file, whose tensor data begin at `dataOffset`; keeps their order.
 *
 * Throws `FileTruncated` if the last tensor ends past the file, `FileMalformed` if two overlap, if an offset is not
 * aligned, or if more than padding follows the last tensor.
 */
export function placeTensors(
  rows: readonly TableRow[],
  dataOffset: number,
  alignment: number,
  fileBytes: number,
): Map<string, TensorInfo> {
  let endOffset = dataOffset;
  let previousName = '';
  for (const row of rows.toSorted((a, b) => a.relativeOffset - b.relativeOffset)) {
    const what = `The tensor ${quoted(row.name)}`;
    const start = dataOffset + row.relativeOffset;
    const end = start + row.byteLength;
    if (row.relativeOffset % alignment !== 0)
      throw malformed(`${what} is not aligned`, row.rowOffset, `a multiple of ${alignment}`, row.relativeOffset);
    if (!Number.isSafeInteger(end))
      throw malformed(`${what} lies out of range`, row.rowOffset, 'an end below 2^53', row.relativeOffset);
    if (start < endOffset)
      throw malformed(`${what} overlaps ${quoted(previousName)}`, row.rowOffset, `an offset from ${endOffset}`, start);
    if (end > fileBytes) {
      throw new EngineError('FileTruncated', {
        what: `The file ends before ${quoted(row.name)} does`,
        offset: start,
        expected: `a file of at least ${end} bytes`,
        got: `${fileBytes}`,
        remedy: 'The download or copy is incomplete: fetch the file again.',
      });
    }
    endOffset = end;
    previousName = row.name;
  }
  const paddedEnd = Math.ceil(endOffset / alignment) * alignment;
  if (fileBytes > paddedEnd)
    throw malformed(
      'Unknown bytes follow the last tensor',
      paddedEnd,
      'the end of the file',
      `${fileBytes - paddedEnd} more bytes`,
    );
  return new Map(
    rows.map(({ name, type, shape, byteLength, relativeOffset }) => [
      name,
      { name, type, shape, byteOffset: dataOffset + relativeOffset, byteLength },
    ]),
  );
}
