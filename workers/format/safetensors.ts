/**
 * Reads safetensors: eight bytes of header length, a JSON header, then the tensors' data end to end.
 *
 * The file may be hostile: the length is checked before the header is read, and the header before anything is made of
 * it. Refused: duplicate keys, names that are not printable ASCII, unknown types, sizes that contradict shapes, tensors
 * that overlap, gaps between them, bytes after the last. Tensor data are located, never read.
 * Source: the format description of the safetensors project. Its own limit for a header is 100 MB; ours is lower,
 * because no known model comes near it and the header must be held whole.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { ByteCursor } from './byte-cursor.ts';
import { notSafetensors } from './containers.ts';
import { jsonArray, jsonInteger, jsonObject, jsonString, utf8Text } from './json-fields.ts';
import type { TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

const LENGTH_BYTES = 8;
const FORMAT_HEADER_BYTES_MAX = 100_000_000;
const HEADER_BYTES_MAX = 16 * 2 ** 20;
const TENSORS_MAX = 65_536;
const NAME_UNITS_MAX = 1024;
const DIMENSIONS_MAX = 8;
const METADATA_KEY = '__metadata__';

/** Bytes of each type that a header may name. Which of them run is another question: F32, F16 and BF16 do. */
const DTYPE_BYTES: Readonly<Record<string, number | undefined>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
};

/** What one file holds. */
export interface Safetensors {
  /** `__metadata__`: text by key, without meaning of its own. */
  readonly metadata: ReadonlyMap<string, string>;
  /** In the header's order; `type` is the file's dtype, `byteOffset` counts from the file's start. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/** Reads and proves the header. Rejects with `FileMalformed`, `FileTruncated` or `FileUnsupported`. */
export async function readSafetensors(source: ByteSource, signal?: AbortSignal): Promise<Safetensors> {
  const fileBytes = source.byteLength;
  if (fileBytes === 0) throw new EngineError('FileTruncated', { what: 'The file is empty', remedy: 'Fetch it again.' });
  const cursor = new ByteCursor(source, signal);
  await cursor.need(Math.min(64, fileBytes), 'the header');
  const head = cursor.peek(Math.min(64, fileBytes));
  cursor.requireInFile(LENGTH_BYTES, 'the length of the header');
  if (head.length > LENGTH_BYTES && head[LENGTH_BYTES] !== 0x7b) throw notSafetensors(head);
  const headerBytes = cursor.u64('the length of the header');
  requireHeaderLength(headerBytes);
  await cursor.need(headerBytes, 'the header');
  const text = utf8Text(cursor.peek(headerBytes), 'the header', LENGTH_BYTES);
  // An entry is a record, a type, two lists and their numbers: fewer than 16 values for every shape in use.
  const limits = { depth: 4, values: TENSORS_MAX * 16, byteOffset: LENGTH_BYTES };
  const header = jsonObject(parseStrictJson(text, 'the header', limits), 'The header');
  const dataOffset = LENGTH_BYTES + headerBytes;
  return { metadata: readNotes(header), tensors: placeTensors(readTensors(header), dataOffset, fileBytes) };
}

function requireHeaderLength(headerBytes: number): void {
  const facts = { what: 'The header’s length is impossible', offset: 0, got: headerBytes };
  if (headerBytes < 2) throw new EngineError('FileMalformed', { ...facts, expected: 'at least 2 bytes' });
  if (headerBytes > FORMAT_HEADER_BYTES_MAX)
    throw new EngineError('FileMalformed', { ...facts, expected: `at most ${FORMAT_HEADER_BYTES_MAX} bytes` });
  if (headerBytes > HEADER_BYTES_MAX)
    throw new EngineError('FileUnsupported', {
      ...facts,
      what: 'The header is longer than that of any model known here',
      expected: `at most ${HEADER_BYTES_MAX} bytes`,
      remedy: 'Choose another conversion of the model.',
    });
}

function readNotes(header: JsonObject): Map<string, string> {
  const notes = new Map<string, string>();
  const given = header.get(METADATA_KEY);
  if (given === undefined) return notes;
  for (const [key, value] of jsonObject(given, `The entry "${METADATA_KEY}"`))
    notes.set(key, jsonString(value, `The note ${quoted(key)} of "${METADATA_KEY}"`));
  return notes;
}

/** A tensor with its offsets still counted from the start of the data. */
function readTensors(header: JsonObject): TensorInfo[] {
  const tensors: TensorInfo[] = [];
  for (const [name, value] of header) {
    if (name === METADATA_KEY) continue;
    if (tensors.length === TENSORS_MAX)
      throw malformed('The number of tensors is too great', `at most ${TENSORS_MAX}`, 'more');
    if (name.length > NAME_UNITS_MAX || !/^[\x20-\x7e]+$/.test(name))
      throw malformed('The name of a tensor is wrong', `1 to ${NAME_UNITS_MAX} printable ASCII letters`, quoted(name));
    tensors.push(readTensor(name, jsonObject(value, `The entry of the tensor ${quoted(name)}`)));
  }
  return tensors;
}

function readTensor(name: string, record: JsonObject): TensorInfo {
  const of = `of the tensor ${quoted(name)}`;
  const type = jsonString(record.get('dtype'), `The type ${of}`);
  const elementBytes = Object.hasOwn(DTYPE_BYTES, type) ? DTYPE_BYTES[type] : undefined;
  if (elementBytes === undefined) {
    throw new EngineError('FileUnsupported', {
      what: `The type ${of} is unknown to this version`,
      got: quoted(type),
      remedy: 'Choose another conversion of the model, in F32, F16 or BF16.',
    });
  }
  const shape = jsonArray(record.get('shape'), `The shape ${of}`);
  if (shape.length > DIMENSIONS_MAX)
    throw malformed(`The shape ${of} has too many dimensions`, `at most ${DIMENSIONS_MAX}`, shape.length);
  const dimensions = shape.map((size) => jsonInteger(size, `A dimension ${of}`));
  let elements = 1;
  for (const size of dimensions) {
    elements *= size;
    if (!Number.isSafeInteger(elements))
      throw malformed(`The size ${of} is out of range`, 'fewer than 2^53 weights', 'more');
  }
  const byteLength = elements * elementBytes;
  if (!Number.isSafeInteger(byteLength))
    throw malformed(`The size ${of} is out of range`, 'fewer than 2^53 bytes', 'more');
  const offsets = jsonArray(record.get('data_offsets'), `The place ${of}`);
  if (offsets.length !== 2)
    throw malformed(`The place ${of} is wrong`, 'where it begins and ends', `${offsets.length} numbers`);
  const [begin, end] = offsets.map((offset) => jsonInteger(offset, `The place ${of}`)) as [number, number];
  if (end < begin) throw malformed(`The place ${of} ends before it begins`, `an end from ${begin}`, end);
  if (end - begin !== byteLength)
    throw malformed(`The place ${of} does not fit its shape and type`, `${byteLength} bytes`, end - begin);
  return { name, type, shape: dimensions, byteOffset: begin, byteLength };
}

/** Proves that the tensors fill the data exactly, and counts their offsets from the file's start. */
function placeTensors(tensors: readonly TensorInfo[], dataOffset: number, fileBytes: number): Map<string, TensorInfo> {
  let end = 0;
  let previous = 'the header';
  for (const { name, byteOffset, byteLength } of tensors.toSorted(
    (a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength,
  )) {
    if (byteOffset < end)
      throw malformed(`The tensor ${quoted(name)} overlaps ${previous}`, `an offset from ${end}`, byteOffset);
    if (byteOffset > end)
      throw malformed(`There is a gap before the tensor ${quoted(name)}`, `an offset of ${end}`, byteOffset);
    end += byteLength;
    previous = quoted(name);
  }
  if (!Number.isSafeInteger(dataOffset + end)) throw malformed('The data are out of range', 'an end below 2^53', end);
  const missing = dataOffset + end - fileBytes;
  if (missing > 0) {
    throw new EngineError('FileTruncated', {
      what: `The file ends before ${previous} does`,
      offset: fileBytes,
      expected: `a file of ${dataOffset + end} bytes`,
      got: `${fileBytes}`,
      remedy: 'The download or copy is incomplete: fetch the file again.',
    });
  }
  if (missing < 0)
    throw malformed('Unknown bytes follow the last tensor', 'the end of the file', `${-missing} more bytes`);
  return new Map(tensors.map((tensor) => [tensor.name, { ...tensor, byteOffset: dataOffset + tensor.byteOffset }]));
}

function malformed(what: string, expected: string, got: string | number): EngineError {
  return new EngineError('FileMalformed', { what, expected, got, remedy: 'Fetch the file again.' });
}
