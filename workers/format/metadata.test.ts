import { expect, it } from 'vitest';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import {
  metadataBoolean,
  metadataFlags,
  metadataInteger,
  metadataNumber,
  metadataNumbers,
  metadataString,
  metadataStrings,
} from './metadata.ts';
import type { MetadataValue, ModelFile } from './model-file.ts';

const FILE: ModelFile = {
  container: 'gguf',
  metadata: new Map<string, MetadataValue>([
    ['whole', 8],
    ['half', 0.5],
    ['infinite', Infinity],
    ['text', 'a'],
    ['yes', true],
    ['texts', ['a', 'b']],
    ['numbers', [1, 2.5]],
    ['mixed', [1, 'b']],
    ['nan', [1, NaN]],
    ['flags', [true, false, true]],
    ['bits', [1, 0]],
  ]),
  tensors: new Map(),
  source: bytesSource(new Uint8Array(0)),
};

it('gives values of the type that is asked for, and fallbacks only for what is missing', () => {
  expect(metadataNumber(FILE, 'half')).toBe(0.5);
  expect(metadataNumber(FILE, 'none', 3)).toBe(3);
  expect(metadataInteger(FILE, 'whole')).toBe(8);
  expect(metadataInteger(FILE, 'none', { fallback: 0, min: 0 })).toBe(0);
  expect(metadataString(FILE, 'text', 'b')).toBe('a');
  expect(metadataBoolean(FILE, 'yes', false)).toBe(true);
  expect(metadataStrings(FILE, 'texts')).toEqual(['a', 'b']);
  expect(metadataNumbers(FILE, 'numbers')).toEqual([1, 2.5]);
  expect(metadataFlags(FILE, 'flags', 3)).toEqual([true, false, true]);
  expect(metadataFlags(FILE, 'bits', 2)).toEqual([true, false]);
  expect(metadataFlags(FILE, 'none', 2)).toBeNull();
  expect(metadataFlags(FILE, 'whole', 2)).toBeNull();
  expect(metadataStrings(FILE, 'none')).toBeNull();
  expect(metadataNumbers(FILE, 'none')).toBeNull();
});

it.each<[string, () => unknown, RegExp]>([
  ['a missing number', () => metadataNumber(FILE, 'none'), /"none" is missing/],
  ['text for a number', () => metadataNumber(FILE, 'text', 1), /expected a finite number, got string "a"/],
  ['an infinite number', () => metadataNumber(FILE, 'infinite'), /finite number/],
  ['half for a whole number', () => metadataInteger(FILE, 'half'), /a whole number from 1, got 0\.5/],
  ['less than the least', () => metadataInteger(FILE, 'whole', { min: 9 }), /a whole number from 9, got 8/],
  ['a number for text', () => metadataString(FILE, 'whole'), /expected text, got number "8"/],
  ['an array for text', () => metadataString(FILE, 'texts'), /got an array of 2/],
  ['a number for a truth value', () => metadataBoolean(FILE, 'whole'), /true or false/],
  ['a mixed array', () => metadataStrings(FILE, 'mixed'), /an array with number "1"/],
  ['a number for an array', () => metadataNumbers(FILE, 'whole'), /an array of numbers/],
  ['too few truth values', () => metadataFlags(FILE, 'flags', 4), /expected 4 values, got an array of 3/],
  ['other numbers for truth values', () => metadataFlags(FILE, 'numbers', 2), /an array with number "2.5"/],
  ['an array with NaN', () => metadataNumbers(FILE, 'nan'), /finite numbers, got an array with number "NaN"/],
])('refuses %s', (_what, read, message) => {
  expect(read).toThrow(message);
  try {
    read();
  } catch (error) {
    expect(errorCode(error)).toBe('FileMalformed');
  }
});
