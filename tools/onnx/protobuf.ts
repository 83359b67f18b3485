/**
 * Writes protobuf's wire format: fields of a message in the order given. Only what ONNX files need: varints, strings and
 * messages, and 32-bit floats. It knows no schema. Source: protobuf.dev/programming-guides/encoding.
 */

/** One field of a message, as it lies in the file. */
export type Field = Uint8Array<ArrayBuffer>;

/** Kinds of fields, the lowest three bits of a tag. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Seven bits a byte, the lowest first; negative numbers as 64 bits in two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** Parts end to end. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    result.set(part, end);
    end += part.length;
  }
  return result;
}

/** An integer: `int32`, `int64` or an enum. Throws a RangeError for a fraction. */
export function integerField(number: number, value: number): Field {
  return Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)]);
}

/** A `float`. */
export function floatField(number: number, value: number): Field {
  return joined([Uint8Array.from(varint(number * 8 + FIXED_32)), new Uint8Array(Float32Array.of(value).buffer)]);
}

/** `bytes`. */
export function bytesField(number: number, value: Uint8Array): Field {
  return joined([Uint8Array.from([...varint(number * 8 + LENGTH_DELIMITED), ...varint(value.length)]), value]);
}

/** A `string`. */
export function stringField(number: number, value: string): Field {
  return bytesField(number, new TextEncoder().encode(value));
}

/** A message inside a message. */
export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, joined(fields));
}
