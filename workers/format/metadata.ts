/**
 * Typed looks into a model file's metadata. A key that is there with the wrong type is an error even where there is a
 * fallback: guessing past it would run a model on wrong numbers.
 */
import { EngineError } from '../protocol/errors.ts';
import type { MetadataValue, ModelFile } from './model-file.ts';
import { quoted } from './quoted.ts';

function wrong(key: string, expected: string, got: string): EngineError {
  return new EngineError('FileMalformed', { what: `The metadata value ${quoted(key)} is wrong`, expected, got });
}

function missing(key: string): EngineError {
  return new EngineError('FileMalformed', {
    what: `The metadata value ${quoted(key)} is missing`,
    remedy: 'Choose another conversion of the model.',
  });
}

function kindOf(value: MetadataValue): string {
  return typeof value === 'object' ? `an array of ${value.length}` : `${typeof value} ${quoted(String(value))}`;
}

/** A finite number. Without a fallback a missing key throws `FileMalformed`, as a wrong type always does. */
export function metadataNumber(file: ModelFile, key: string, fallback?: number): number {
  const value = file.metadata.get(key) ?? fallback;
  if (value === undefined) throw missing(key);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(key, 'a finite number', kindOf(value));
  return value;
}

/** A whole number of at least `min` (default 1): sizes, counts, ids. Throws as `metadataNumber` does. */
export function metadataInteger(
  file: ModelFile,
  key: string,
  options: { fallback?: number; min?: number } = {},
): number {
  const value = metadataNumber(file, key, options.fallback);
  const min = options.min ?? 1;
  if (!Number.isSafeInteger(value) || value < min) throw wrong(key, `a whole number from ${min}`, String(value));
  return value;
}

/** A string. Throws as `metadataNumber` does. */
export function metadataString(file: ModelFile, key: string, fallback?: string): string {
  const value = file.metadata.get(key) ?? fallback;
  if (value === undefined) throw missing(key);
  if (typeof value !== 'string') throw wrong(key, 'text', kindOf(value));
  return value;
}

/** A truth value. Throws as `metadataNumber` does. */
export function metadataBoolean(file: ModelFile, key: string, fallback?: boolean): boolean {
  const value = file.metadata.get(key) ?? fallback;
  if (value === undefined) throw missing(key);
  if (typeof value !== 'boolean') throw wrong(key, 'true or false', kindOf(value));
  return value;
}

/** An array of strings, or `null` if the key is missing. Throws `FileMalformed` for anything else. */
export function metadataStrings(file: ModelFile, key: string): readonly string[] | null {
  const value = file.metadata.get(key);
  if (value === undefined) return null;
  if (!isArray(value)) throw wrong(key, 'an array of text', kindOf(value));
  const stray = value.find((item) => typeof item !== 'string');
  if (stray !== undefined) throw wrong(key, 'an array of text', `an array with ${kindOf(stray)}`);
  return value as readonly string[];
}

/** An array of finite numbers, or `null` if the key is missing. Throws `FileMalformed` for anything else. */
export function metadataNumbers(file: ModelFile, key: string): readonly number[] | null {
  const value = file.metadata.get(key);
  if (value === undefined) return null;
  if (!isArray(value)) throw wrong(key, 'an array of numbers', kindOf(value));
  const stray = value.find((item) => !Number.isFinite(item));
  if (stray !== undefined) throw wrong(key, 'an array of finite numbers', `an array with ${kindOf(stray)}`);
  return value as readonly number[];
}

/**
 * An array of truth values, true and false or 1 and 0, or `null` if the key is missing or holds no array. Throws
 * `FileMalformed` for an array of anything else, or of another length.
 */
export function metadataFlags(file: ModelFile, key: string, length: number): readonly boolean[] | null {
  const value = file.metadata.get(key);
  if (value === undefined || !isArray(value)) return null;
  if (value.length !== length) throw wrong(key, `${length} values`, kindOf(value));
  const stray = value.find((item) => typeof item !== 'boolean' && item !== 0 && item !== 1);
  if (stray !== undefined) throw wrong(key, 'an array of true and false', `an array with ${kindOf(stray)}`);
  return value.map((item) => item === true || item === 1);
}

function isArray(value: MetadataValue): value is readonly MetadataValue[] {
  return Array.isArray(value);
}
