/**
 * Writes small GGUF files for tests and for the built-in model: metadata, tensor table, padded data.
 *
 * It checks nothing on purpose: tests also need files that are wrong. For the same reason a tensor may name its type by
 * number, and give an offset or a shape that does not fit its bytes.
 * Source: the GGUF specification of ggml, `docs/gguf.md`.
 */
import { tensorTypeByName } from '../../workers/format/tensor-types.ts';

const VALUE_TYPE_IDS = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

/** GGUF's name of a metadata value's type, apart from arrays. */
type ScalarType = Exclude<keyof typeof VALUE_TYPE_IDS, 'array'>;

type Scalar = string | number | bigint | boolean;

/** A metadata value with its type said. */
export type TypedValue =
  | { readonly type: ScalarType; readonly value: Scalar }
  | { readonly type: 'array'; readonly itemType: ScalarType; readonly value: readonly Scalar[] }
  | { readonly type: 'array'; readonly itemType: 'array'; readonly value: readonly TypedValue[] };

/**
 * A value whose type is guessed where it is not said: whole numbers are `uint32` (`int32` if one is negative), other
 * numbers `float32`. Say `{ type: 'float32', value: 10000 }` for a whole number that the format wants as a float.
 */
export type FriendlyValue = string | number | boolean | readonly (string | number | boolean)[] | TypedValue;

/** A tensor as it goes into the file. */
export interface TensorToWrite {
  readonly name: string;
  /** A name such as `Q4_K`, or a raw id. */
  readonly type: string | number;
  /** Outer to inner: the last varies fastest; the file gets them reversed. */
  readonly shape: readonly (number | bigint)[];
  readonly bytes: Uint8Array;
  /** Instead of the right offset from the start of the tensor data. */
  readonly offset?: number | bigint;
}

/** What a file is made of. */
export interface GgufContent {
  /** Default 3. */
  readonly version?: number;
  /** Default 32; written as `general.alignment` where it differs. */
  readonly alignment?: number;
  readonly metadata: readonly (readonly [key: string, value: TypedValue])[] | Readonly<Record<string, FriendlyValue>>;
  readonly tensors?: readonly TensorToWrite[];
}

class ByteWriter {
  #bytes = new Uint8Array(64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #reserve(count: number): number {
    const offset = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return offset;
  }

  bytes(value: Uint8Array): void {
    const offset = this.#reserve(value.length);
    this.#bytes.set(value, offset);
  }

  u32(value: number): void {
    const offset = this.#reserve(4);
    this.#view.setUint32(offset, value, true);
  }

  u64(value: number | bigint): void {
    const offset = this.#reserve(8);
    this.#view.setBigUint64(offset, BigInt(value), true);
  }

  string(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.bytes(bytes);
  }

  scalar(type: ScalarType, value: Scalar): void {
    if (type === 'string') {
      this.string(String(value));
      return;
    }
    const size = { uint8: 1, int8: 1, bool: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4 } as const;
    const offset = this.#reserve(type in size ? size[type as keyof typeof size] : 8);
    const number = Number(value);
    if (type === 'uint8' || type === 'bool') this.#view.setUint8(offset, number);
    else if (type === 'int8') this.#view.setInt8(offset, number);
    else if (type === 'uint16') this.#view.setUint16(offset, number, true);
    else if (type === 'int16') this.#view.setInt16(offset, number, true);
    else if (type === 'uint32') this.#view.setUint32(offset, number, true);
    else if (type === 'int32') this.#view.setInt32(offset, number, true);
    else if (type === 'float32') this.#view.setFloat32(offset, number, true);
    else if (type === 'uint64') this.#view.setBigUint64(offset, BigInt(value), true);
    else if (type === 'int64') this.#view.setBigInt64(offset, BigInt(value), true);
    else this.#view.setFloat64(offset, number, true);
  }

  value(typed: TypedValue): void {
    this.u32(VALUE_TYPE_IDS[typed.type]);
    this.#payload(typed);
  }

  #payload(typed: TypedValue): void {
    if (typed.type !== 'array') {
      this.scalar(typed.type, typed.value);
      return;
    }
    this.u32(VALUE_TYPE_IDS[typed.itemType]);
    this.u64(typed.value.length);
    if (typed.itemType === 'array') for (const item of typed.value) this.#payload(item);
    else for (const item of typed.value) this.scalar(typed.itemType, item);
  }

  pad(alignment: number): void {
    this.#reserve((alignment - (this.length % alignment)) % alignment);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}

function scalarType(values: readonly unknown[]): ScalarType {
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (values.every((value) => typeof value === 'boolean')) return 'bool';
  if (!values.every((value) => Number.isInteger(value))) return 'float32';
  return values.some((value) => Number(value) < 0) ? 'int32' : 'uint32';
}

function typedValue(value: FriendlyValue): TypedValue {
  if (Array.isArray(value)) return { type: 'array', itemType: scalarType(value), value: value as Scalar[] };
  if (typeof value === 'object') return value as TypedValue;
  return { type: scalarType([value]), value };
}

/** The bytes of a GGUF file with this content. Tensor data follow one another in order, padded to the alignment. */
export function writeGguf(content: GgufContent): Uint8Array<ArrayBuffer> {
  const { version = 3, alignment = 32, tensors = [] } = content;
  const metadata = Array.isArray(content.metadata)
    ? [...(content.metadata as readonly (readonly [string, TypedValue])[])]
    : Object.entries(content.metadata as Record<string, FriendlyValue>).map(
        ([key, value]) => [key, typedValue(value)] as const,
      );
  if (alignment !== 32 && !metadata.some(([key]) => key === 'general.alignment'))
    metadata.push(['general.alignment', { type: 'uint32', value: alignment }]);
  const writer = new ByteWriter();
  writer.bytes(new TextEncoder().encode('GGUF'));
  writer.u32(version);
  writer.u64(tensors.length);
  writer.u64(metadata.length);
  for (const [key, value] of metadata) {
    writer.string(key);
    writer.value(value);
  }
  let dataOffset = 0;
  for (const { name, type, shape, bytes, offset } of tensors) {
    writer.string(name);
    writer.u32(shape.length);
    for (const size of shape.toReversed()) writer.u64(size);
    const id = typeof type === 'number' ? type : tensorTypeByName(type)?.id;
    if (id === undefined) throw new Error(`the test names no tensor type: ${type}`);
    writer.u32(id);
    writer.u64(offset ?? dataOffset);
    dataOffset += Math.ceil(bytes.length / alignment) * alignment;
  }
  writer.pad(alignment);
  for (const { bytes } of tensors) {
    writer.bytes(bytes);
    writer.pad(alignment);
  }
  return writer.finish();
}
