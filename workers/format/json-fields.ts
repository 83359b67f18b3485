/** Typed looks into JSON that was read strictly: each names the field, what was expected and what was there. */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { quoted } from './quoted.ts';
import { type JsonLimits, type JsonObject, type JsonValue, parseStrictJson } from './strict-json.ts';

/** A small file of a model, such as `config.json`; index files of a thousand shards stay below it. */
const JSON_BYTES_MAX = 16 * 2 ** 20;

/** A value as an error message shows it. */
export function shownJson(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? quoted(value) : String(value as number | boolean);
}

function wrong(what: string, expected: string, value: JsonValue | undefined): EngineError {
  return new EngineError('FileMalformed', { what: `${what} is wrong`, expected, got: shownJson(value) });
}

/** An object, or `FileMalformed`. */
export function jsonObject(value: JsonValue | undefined, what: string): JsonObject {
  if (value instanceof Map) return value as JsonObject;
  throw wrong(what, 'an object', value);
}

/** An array, or `FileMalformed`. */
export function jsonArray(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw wrong(what, 'an array', value);
}

/** A string, or `FileMalformed`. */
export function jsonString(value: JsonValue | undefined, what: string): string {
  if (typeof value === 'string') return value;
  throw wrong(what, 'text', value);
}

/** A whole number from `min` (default 0) below 2⁵³, or `FileMalformed`. */
export function jsonInteger(value: JsonValue | undefined, what: string, min = 0): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value;
  throw wrong(what, `a whole number from ${min}`, value);
}

/** A number, or `FileMalformed`. The strict reader lets no infinity through. */
export function jsonNumber(value: JsonValue | undefined, what: string): number {
  if (typeof value === 'number') return value;
  throw wrong(what, 'a number', value);
}

/** A number above zero, or `FileMalformed`. */
export function jsonPositive(value: JsonValue | undefined, what: string): number {
  if (typeof value === 'number' && value > 0) return value;
  throw wrong(what, 'a number above 0', value);
}

/** A truth value, or `FileMalformed`. */
export function jsonBoolean(value: JsonValue | undefined, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(what, 'true or false', value);
}

/** Bytes as strict UTF-8, or `FileMalformed`. */
export function utf8Text(bytes: Uint8Array, what: string, byteOffset = 0): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EngineError('FileMalformed', {
      what: `${what.charAt(0).toUpperCase()}${what.slice(1)} is not valid text`,
      offset: byteOffset,
      expected: 'UTF-8',
      got: 'other bytes',
      remedy: 'The file is damaged: fetch it again.',
    });
  }
}

/** How much of a JSON file is read. */
type JsonFileLimits = JsonLimits & { maxBytes?: number; signal?: AbortSignal };

/** Reads a whole JSON file whose value is an object. Rejects with `FileMalformed`, also if it is too long. */
export async function readJsonFile(source: ByteSource, what: string, limits: JsonFileLimits = {}): Promise<JsonObject> {
  return jsonObject(await readJsonValue(source, what, limits), what);
}

/** Reads a whole JSON file, whatever its value. Rejects as `readJsonFile` does. */
export async function readJsonValue(
  source: ByteSource,
  what: string,
  { maxBytes = JSON_BYTES_MAX, signal, ...limits }: JsonFileLimits = {},
): Promise<JsonValue> {
  if (source.byteLength > maxBytes) {
    throw new EngineError('FileMalformed', {
      what: `${what} is too long`,
      expected: `at most ${maxBytes} bytes`,
      got: source.byteLength,
    });
  }
  const text = utf8Text(await source.read(0, source.byteLength, signal), what);
  return parseStrictJson(text, what, limits);
}
