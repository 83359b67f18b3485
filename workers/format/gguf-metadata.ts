/**
 * The metadata part of a GGUF file: keys with typed values, read strictly.
 *
 * Refused: duplicate or empty keys, unknown types, booleans that are neither 0 nor 1, text that is not UTF-8, and more
 * than the caps below. The caps are several times what the largest known vocabularies need (262,144 tokens and 514,906
 * merges take 15 MB); they bound what a hostile file can make us allocate.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteCursor } from './byte-cursor.ts';
import type { MetadataValue } from './model-file.ts';
import { quoted } from './quoted.ts';

/** GGUF's own limit for a key. */
const KEY_BYTES_MAX = 65_535;
const STRING_BYTES_MAX = 16 * 1024 * 1024;
const ARRAY_ITEMS_MAX = 4 * 1024 * 1024;
const TOTAL_ITEMS_MAX = 8 * 1024 * 1024;
const TOTAL_BYTES_MAX = 64 * 1024 * 1024;
const ARRAY_DEPTH_MAX = 4;

/** The key that says to what multiple tensors are aligned; 32 without it. */
export const ALIGNMENT_KEY = 'general.alignment';
const ALIGNMENT_MAX = 1024 * 1024;

const STRING = 8;
const ARRAY = 9;
const UINT32 = 4;

type ScalarReader = (cursor: ByteCursor, what: string) => number | boolean;

/** Bytes and reader of each type of fixed size, by GGUF's number for it. */
const SCALARS: ReadonlyMap<number, readonly [bytes: number, read: ScalarReader]> = new Map<
  number,
  readonly [number, ScalarReader]
>([
  [0, [1, (cursor) => cursor.u8()]],
  [1, [1, (cursor) => cursor.i8()]],
  [2, [2, (cursor) => cursor.u16()]],
  [3, [2, (cursor) => cursor.i16()]],
  [UINT32, [4, (cursor) => cursor.u32()]],
  [5, [4, (cursor) => cursor.i32()]],
  [6, [4, (cursor) => cursor.f32()]],
  [7, [1, readBoolean]],
  [10, [8, (cursor, what) => cursor.u64(what)]],
  [11, [8, (cursor, what) => cursor.i64(what)]],
  [12, [8, (cursor) => cursor.f64()]],
]);

function readBoolean(cursor: ByteCursor, what: string): boolean {
  const offset = cursor.offset;
  const byte = cursor.u8();
  if (byte > 1) throw malformed(`The truth value in ${what} is neither`, offset, '0 or 1', byte);
  return byte === 1;
}

function malformed(what: string, offset: number, expected: string, got: string | number): EngineError {
  return new EngineError('FileMalformed', { what, offset, expected, got });
}

function stringLength(cursor: ByteCursor, maxBytes: number, what: string): number {
  const offset = cursor.offset;
  const byteLength = cursor.u64(`the length of ${what}`);
  if (byteLength <= maxBytes) return byteLength;
  throw malformed(`The length of ${what} is too great`, offset, `at most ${maxBytes} bytes`, byteLength);
}

/** Throws `FileMalformed` before more of a file is read than all of its metadata may take. */
function requireRoom(cursor: ByteCursor, byteLength: number): void {
  const end = cursor.offset + byteLength;
  if (end > TOTAL_BYTES_MAX)
    throw malformed('The metadata are too long', cursor.offset, `at most ${TOTAL_BYTES_MAX} bytes`, end);
}

function valueLength(cursor: ByteCursor, what: string): number {
  const byteLength = stringLength(cursor, STRING_BYTES_MAX, what);
  requireRoom(cursor, byteLength);
  return byteLength;
}

/** Reads a length-prefixed string of at most `maxBytes`. Rejects with `FileMalformed` or `FileTruncated`. */
export async function readString(cursor: ByteCursor, maxBytes: number, what: string): Promise<string> {
  await cursor.need(8, what);
  const byteLength = stringLength(cursor, maxBytes, what);
  await cursor.need(byteLength, what);
  return cursor.text(byteLength, what);
}

/** What has been read so far, so that many small arrays cost no more than one large one may. */
interface Budget {
  items: number;
}

async function readArray(cursor: ByteCursor, what: string, depth: number, budget: Budget): Promise<MetadataValue> {
  if (depth > ARRAY_DEPTH_MAX)
    throw malformed(`Arrays in ${what} are nested too deep`, cursor.offset, `at most ${ARRAY_DEPTH_MAX} levels`, depth);
  await cursor.need(12, what);
  const offset = cursor.offset;
  const itemType = cursor.u32();
  const count = cursor.u64(`the item count of ${what}`);
  const [itemBytes, readScalar] = SCALARS.get(itemType) ?? [itemType === STRING ? 8 : 12, null];
  if (!readScalar && itemType !== STRING && itemType !== ARRAY)
    throw malformed(`The items of ${what} have an unknown type`, offset, 'a GGUF value type (0 to 12)', itemType);
  if (count > ARRAY_ITEMS_MAX)
    throw malformed(`The item count of ${what} is too great`, offset + 4, `at most ${ARRAY_ITEMS_MAX}`, count);
  cursor.requireInFile(count * itemBytes, what);
  requireRoom(cursor, count * itemBytes);
  budget.items += count;
  if (budget.items > TOTAL_ITEMS_MAX)
    throw malformed('The metadata hold too many values', offset, `at most ${TOTAL_ITEMS_MAX}`, budget.items);
  const items: MetadataValue[] = [];
  for (let index = 0; index < count; index++) {
    // Awaiting only at a window's end: a vocabulary has hundreds of thousands of items.
    if (itemType === ARRAY) {
      items.push(await readArray(cursor, what, depth + 1, budget));
      continue;
    }
    if (!cursor.has(itemBytes)) await cursor.need(itemBytes, what);
    if (readScalar) {
      items.push(readScalar(cursor, what));
      continue;
    }
    const byteLength = valueLength(cursor, what);
    if (!cursor.has(byteLength)) await cursor.need(byteLength, what);
    items.push(cursor.text(byteLength, what));
  }
  return items;
}

async function readValue(cursor: ByteCursor, type: number, what: string, budget: Budget): Promise<MetadataValue> {
  if (type === STRING) {
    await cursor.need(8, what);
    const byteLength = valueLength(cursor, what);
    await cursor.need(byteLength, what);
    return cursor.text(byteLength, what);
  }
  if (type === ARRAY) return readArray(cursor, what, 1, budget);
  const scalar = SCALARS.get(type);
  if (!scalar)
    throw malformed(`The type of ${what} is unknown`, cursor.offset - 4, 'a GGUF value type (0 to 12)', type);
  await cursor.need(scalar[0], what);
  return scalar[1](cursor, what);
}

/** Reads `count` entries. Rejects with `FileMalformed` or `FileTruncated`; keys keep the file's order. */
export async function readMetadata(cursor: ByteCursor, count: number): Promise<Map<string, MetadataValue>> {
  const metadata = new Map<string, MetadataValue>();
  const budget: Budget = { items: 0 };
  for (let index = 0; index < count; index++) {
    const keyOffset = cursor.offset;
    requireRoom(cursor, 0);
    const key = await readString(cursor, KEY_BYTES_MAX, `metadata key ${index + 1}`);
    if (key === '') throw malformed(`Metadata key ${index + 1} is empty`, keyOffset, 'a name', 'no bytes');
    const what = `the metadata value ${quoted(key)}`;
    if (metadata.has(key)) throw malformed(`The metadata key ${quoted(key)} comes twice`, keyOffset, 'one', 'two');
    await cursor.need(4, what);
    const typeOffset = cursor.offset;
    const type = cursor.u32();
    if (key === ALIGNMENT_KEY && type !== UINT32)
      throw malformed(`${ALIGNMENT_KEY} has the wrong type`, typeOffset, 'uint32 (4)', type);
    const valueOffset = cursor.offset;
    const value = await readValue(cursor, type, what, budget);
    if (key === ALIGNMENT_KEY) requireAlignment(Number(value), valueOffset);
    metadata.set(key, value);
  }
  return metadata;
}

function requireAlignment(alignment: number, offset: number): void {
  if (Number.isInteger(Math.log2(alignment)) && alignment <= ALIGNMENT_MAX) return;
  throw malformed(`${ALIGNMENT_KEY} is impossible`, offset, `a power of two up to ${ALIGNMENT_MAX}`, alignment);
}
