/**
 * `tensor-cache.json` (older: `ndarray-cache.json`): which tensors of an MLC model lie where in its shards.
 *
 * Refused: shards and tensors that come twice, paths in file names, unknown types and encodings, sizes that contradict
 * shapes, tensors that overlap, leave gaps or do not fill their shard.
 * Source: TVM's `tvmjs.dump_tensor_cache`, whose output this is. Its flag `f32-to-bf16` stands on every record, but
 * means something only for float32: those are stored as the upper half of their bits.
 */
import { EngineError } from '../protocol/errors.ts';
import { jsonArray, jsonInteger, jsonObject, jsonString } from './json-fields.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const SHARDS_MAX = 10_000;
const TENSORS_MAX = 65_536;
const DIMENSIONS_MAX = 8;
const NAME = /^[\x21-\x7e]{1,1024}$/;
const ELEMENT_BYTES: Readonly<Record<string, number | undefined>> = {
  uint8: 1,
  int8: 1,
  float16: 2,
  bfloat16: 2,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
};

/** How a tensor's numbers lie in the file: TVM's name of the type, or `bfloat16` where float32 was shortened. */
export interface MlcRecord {
  readonly name: string;
  readonly storedType: string;
  /** Outer to inner. */
  readonly shape: readonly number[];
  /** From the start of its shard. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** One `params_shard_N.bin`. */
export interface MlcShard {
  readonly fileName: string;
  readonly byteLength: number;
  /** Of the whole shard, lower-case hex; `null` where nobody promises one. */
  readonly md5: string | null;
  /** In the order of their offsets. */
  readonly records: readonly MlcRecord[];
}

/** Reads the list. Throws `FileMalformed` or `FileUnsupported`. */
export function readTensorCache(root: JsonObject): MlcShard[] {
  const entries = jsonArray(root.get('records'), 'The list of shards');
  if (entries.length === 0 || entries.length > SHARDS_MAX)
    throw malformed('The number of shards is impossible', `1 to ${SHARDS_MAX}`, entries.length);
  const fileNames = new Set<string>();
  const tensorNames = new Set<string>();
  return entries.map((entry) => {
    const shard = readShard(jsonObject(entry, 'An entry of the list of shards'));
    if (fileNames.has(shard.fileName)) throw malformed(`The shard ${quoted(shard.fileName)} comes twice`, 'one', 'two');
    fileNames.add(shard.fileName);
    for (const { name } of shard.records) {
      if (tensorNames.has(name)) throw malformed(`The tensor ${quoted(name)} comes twice`, 'one', 'two');
      tensorNames.add(name);
    }
    if (tensorNames.size > TENSORS_MAX)
      throw malformed('The number of tensors is too great', `at most ${TENSORS_MAX}`, tensorNames.size);
    return shard;
  });
}

function readShard(entry: JsonObject): MlcShard {
  const fileName = jsonString(entry.get('dataPath'), 'The file name of a shard');
  if (!/^[\w.-]+$/.test(fileName) || fileName.startsWith('.'))
    throw malformed('The file name of a shard is wrong', 'a plain name such as "params_shard_0.bin"', quoted(fileName));
  const of = `of the shard ${quoted(fileName)}`;
  const format = jsonString(entry.get('format'), `The format ${of}`);
  if (format !== 'raw-shard') throw unsupported(`The format ${of} is not known here`, 'raw-shard', format);
  const byteLength = jsonInteger(entry.get('nbytes'), `The size ${of}`, 1);
  const records = jsonArray(entry.get('records'), `The tensors ${of}`).map((record) => readRecord(record, of));
  let end = 0;
  const sorted = records.sort((a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength);
  for (const { name, byteOffset, byteLength: bytes } of sorted) {
    if (byteOffset !== end)
      throw malformed(
        `The tensor ${quoted(name)} ${byteOffset < end ? 'overlaps another' : 'comes after a gap'}`,
        `an offset of ${end}`,
        byteOffset,
      );
    end += bytes;
  }
  if (end !== byteLength) throw malformed(`The tensors ${of} do not fill it`, `${byteLength} bytes`, end);
  return { fileName, byteLength, md5: readMd5(entry.get('md5sum'), of), records: sorted };
}

function readMd5(value: JsonValue | undefined, of: string): string | null {
  if (value === undefined || value === null) return null;
  const md5 = jsonString(value, `The MD5 ${of}`).toLowerCase();
  if (/^[0-9a-f]{32}$/.test(md5)) return md5;
  throw malformed(`The MD5 ${of} is wrong`, '32 hexadecimal digits', quoted(md5));
}

function readRecord(value: JsonValue, ofShard: string): MlcRecord {
  const record = jsonObject(value, `A tensor ${ofShard}`);
  const name = jsonString(record.get('name'), `The name of a tensor ${ofShard}`);
  if (!NAME.test(name)) throw malformed(`The name of a tensor ${ofShard} is wrong`, 'printable ASCII', quoted(name));
  const of = `of the tensor ${quoted(name)}`;
  const type = jsonString(record.get('dtype'), `The type ${of}`);
  if (!Object.hasOwn(ELEMENT_BYTES, type))
    throw unsupported(`The type ${of} is not known here`, Object.keys(ELEMENT_BYTES).join(', '), quoted(type));
  const format = jsonString(record.get('format'), `The encoding ${of}`);
  if (format !== 'raw' && format !== 'f32-to-bf16')
    throw unsupported(`The encoding ${of} is not known here`, 'raw or f32-to-bf16', quoted(format));
  const storedType = format === 'f32-to-bf16' && type === 'float32' ? 'bfloat16' : type;
  const shape = jsonArray(record.get('shape'), `The shape ${of}`).map((size) =>
    jsonInteger(size, `A dimension ${of}`, 1),
  );
  if (shape.length < 1 || shape.length > DIMENSIONS_MAX)
    throw malformed(`The number of dimensions ${of} is wrong`, `1 to ${DIMENSIONS_MAX}`, shape.length);
  let expected = ELEMENT_BYTES[storedType]!;
  for (const size of shape) {
    expected *= size;
    if (!Number.isSafeInteger(expected))
      throw malformed(`The size ${of} is out of range`, 'fewer than 2^53 bytes', 'more');
  }
  const byteLength = jsonInteger(record.get('nbytes'), `The size ${of}`);
  if (byteLength !== expected) throw malformed(`The size ${of} does not fit its shape and type`, expected, byteLength);
  return { name, storedType, shape, byteOffset: jsonInteger(record.get('byteOffset'), `The offset ${of}`), byteLength };
}

function malformed(what: string, expected: string | number, got: string | number): EngineError {
  return new EngineError('FileMalformed', {
    what,
    expected,
    got,
    remedy: 'Fetch all files of the model again, from one place.',
  });
}

function unsupported(what: string, expected: string, got: string): EngineError {
  return new EngineError('FileUnsupported', { what, expected, got, remedy: 'Choose another conversion of the model.' });
}
