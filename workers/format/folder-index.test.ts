/** The index of a folder of models: what is sound is read as it is, and what is not is refused by the field's name. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../protocol/errors.ts';
import { parseFolderIndex } from './folder-index.ts';

const PLACE = 'https://school.example/models/index.json';
const SHA256 = '0123456789abcdef'.repeat(4);
const FILE = { path: 'tiny/tiny.gguf', byteLength: 7, sha256: SHA256 };
const MODEL = {
  name: 'Tiny',
  files: [FILE],
  origin: { repository: 'owner/name', commit: 'a'.repeat(40) },
  architecture: 'llama',
  quantization: 'Q4_K + Q6_K',
  parameters: 1_000_000,
  contextLength: 2048,
  license: 'mit',
  author: null,
};

function parse(value: unknown) {
  return parseFolderIndex(JSON.stringify(value), PLACE);
}

/** The sentence that an index with this one model is refused with. */
function refusal(model: object): string {
  try {
    parse({ version: 1, models: [MODEL, { ...MODEL, ...model }] });
  } catch (error) {
    expect(errorCode(error)).toBe('FileMalformed');
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

describe('parseFolderIndex', () => {
  it('reads what is there, and leaves what it does not know', () => {
    expect(parse({ version: 1, models: [MODEL], writtenBy: 'a later version' })).toEqual({
      version: 1,
      models: [MODEL],
    });
    expect(parse({ version: 1, models: [] })).toEqual({ version: 1, models: [] });
  });

  it('needs no more than a name and files', () => {
    const facts = { architecture: null, quantization: null, parameters: null, contextLength: null, license: null };
    expect(parse({ version: 1, models: [{ name: ' Tiny\u202e ', files: [FILE] }] }).models).toEqual([
      { name: 'Tiny\ufffd', files: [FILE], origin: null, author: null, ...facts },
    ]);
  });

  it.each([
    ['', 'sound JSON at byte 0'],
    ['<!doctype html>', 'sound JSON at byte 0'],
    ['{"version": 1, "models": [', 'the end of the text'],
    ['[]', 'expected an object, got an array of 0'],
    [
      '{"models": []}',
      '“version” of https://school.example/models/index.json is wrong: expected the number 1, got nothing',
    ],
    ['{"version": 2, "models": []}', 'expected the number 1, got 2'],
    ['{"version": 1}', '“models” of https://school.example/models/index.json is wrong: expected an array, got nothing'],
    ['{"version": 1, "models": {}}', 'expected an array, got an object'],
    ['{"version": 1, "models": [null]}', '“models[0]” of'],
    ['{"version": 1, "version": 1, "models": []}', 'the key "version" once'],
  ])('refuses %j', (text, part) => {
    expect(() => parseFolderIndex(text, PLACE)).toThrow(part);
    expect(() => parseFolderIndex(text, PLACE)).toThrow('https://school.example/models/index.json');
  });

  it.each([
    [{ name: undefined }, '“models[1].name”', 'expected text, got nothing'],
    [{ name: 7 }, '“models[1].name”', 'got 7'],
    [{ name: ' ' }, '“models[1].name”', 'expected a name, got " "'],
    [{ files: undefined }, '“models[1].files”', 'expected an array, got nothing'],
    [{ files: [] }, '“models[1].files”', 'got an array of 0'],
    [{ files: [FILE, FILE] }, '“models[1].files[1].path”', 'expected each file once'],
    [{ files: [{ ...FILE, byteLength: -1 }] }, '“models[1].files[0].byteLength”', 'got -1'],
    [{ files: [{ ...FILE, byteLength: 1.5 }] }, '“models[1].files[0].byteLength”', 'got 1.5'],
    [{ files: [{ ...FILE, byteLength: '7' }] }, '“models[1].files[0].byteLength”', 'got "7"'],
    [
      {
        files: [
          { ...FILE, byteLength: 2 ** 53 - 1 },
          { ...FILE, path: 'b' },
        ],
      },
      '“models[1].files”',
      '2⁵³',
    ],
    [{ files: [{ ...FILE, sha256: undefined }] }, '“models[1].files[0].sha256”', 'got nothing'],
    [{ files: [{ ...FILE, sha256: SHA256.toUpperCase() }] }, '“models[1].files[0].sha256”', '64 hex digits'],
    [{ files: [{ ...FILE, sha256: 'abc' }] }, '“models[1].files[0].sha256”', 'got "abc"'],
    [{ origin: 'owner/name' }, '“models[1].origin”', 'expected an object'],
    [{ origin: { repository: 'name' } }, '“models[1].origin.repository”', 'expected owner/name, got "name"'],
    [{ origin: { repository: 'o/n', commit: 'main' } }, '“models[1].origin.commit”', 'got "main"'],
    [{ parameters: '1' }, '“models[1].parameters”', 'got "1"'],
    [{ contextLength: -1 }, '“models[1].contextLength”', 'got -1'],
    [{ architecture: 1 }, '“models[1].architecture”', 'expected text, got 1'],
    [{ license: [] }, '“models[1].license”', 'got an array of 0'],
  ])('names the field: %j', (model, field, part) => {
    const message = refusal(model);
    expect(message).toContain(field);
    expect(message).toContain(PLACE);
    expect(message).toContain(part);
  });

  it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', './a', '.', 'a\\b', 'a\nb', 'a/\u202eb', ' '])(
    'refuses %j, which leads elsewhere or nowhere',
    (path) => {
      expect(refusal({ files: [{ ...FILE, path }] })).toContain('“models[1].files[0].path”');
    },
  );

  it('takes any text for what it is: an index, or a refusal with a code', () => {
    const nearlyAnIndex = fc.record(
      {
        version: fc.constantFrom(1, 1, 1, 2, '1'),
        models: fc.array(
          fc.record(
            {
              name: fc.string(),
              files: fc.array(
                fc.record(
                  { path: fc.string(), byteLength: fc.oneof(fc.nat(), fc.double()), sha256: fc.constant(SHA256) },
                  { requiredKeys: [] },
                ),
                { minLength: 1, maxLength: 3 },
              ),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 3 },
        ),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      nearlyAnIndex.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (json) => {
        try {
          for (const { files, name } of parseFolderIndex(json, PLACE).models) {
            expect(name).not.toBe('');
            for (const { path, byteLength } of files) {
              // Wherever the folder lies, the file's address is below it.
              const base = 'https://school.example/models/';
              const url = new URL(path.split('/').map(encodeURIComponent).join('/'), base).href;
              expect(url.startsWith(base)).toBe(true);
              expect(Number.isSafeInteger(byteLength) && byteLength >= 0).toBe(true);
            }
          }
        } catch (error) {
          if (errorCode(error) !== 'FileMalformed') throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
