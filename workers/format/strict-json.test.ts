import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../protocol/errors.ts';
import { type JsonLimits, type JsonValue, parseStrictJson } from './strict-json.ts';

/** As JavaScript's own reader gives it. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner as JsonValue)]));
  return Array.isArray(value) ? value.map((inner) => plain(inner as JsonValue)) : value;
}

function message(text: string, limits?: JsonLimits): string {
  try {
    parseStrictJson(text, 'the text', limits);
  } catch (error) {
    expect(errorCode(error)).toBe('FileMalformed');
    return (error as Error).message;
  }
  return 'nothing was refused';
}

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads, to the same values', () => {
    fc.assert(
      fc.property(
        fc.json({ depthSize: 'small', stringUnit: 'grapheme' }),
        fc.constantFrom(undefined, 1, '\t'),
        (json, indent) => {
          const text = JSON.stringify(JSON.parse(json), null, indent);
          // `toEqual` takes 0 and −0 for different, and JSON.parse has both.
          expect(plain(parseStrictJson(text, 'the text'))).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 500, seed: 20_261_121 },
    );
  });

  it('refuses what JSON.parse refuses, in any text of its signs', () => {
    const signs = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '.',
      'e',
      '0',
      'true',
      'nul',
      '\\',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        let expected = true;
        try {
          JSON.parse(text);
        } catch {
          expected = false;
        }
        const refused = message(text);
        // Duplicate keys are the one thing that we refuse and JSON.parse does not.
        if (!/ once, got it twice/.test(refused))
          expect([text, refused === 'nothing was refused']).toEqual([text, expected]);
      }),
      { numRuns: 2000, seed: 20_261_121 },
    );
  });

  it('reads every escape, and keys that objects trip over', () => {
    const value = parseStrictJson('{"__proto__": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83e\\udd99"}', 'the text');
    expect([...(value as Map<string, JsonValue>)]).toEqual([['__proto__', '"\\/\b\f\n\r\tä🦙']]);
  });

  it('counts bytes, not characters, and from where the text begins', () => {
    expect(message('{"ä": ?}', { byteOffset: 100 })).toMatch(
      /^The text is not sound JSON at byte 107: expected a JSON value, got "\?\}"/,
    );
  });

  it('holds to its limits', () => {
    expect(message('[[1]]', { depth: 2 })).toBe('nothing was refused');
    expect(message('[[[1]]]', { depth: 2 })).toMatch(/at most 2 levels/);
    expect(message('[1,2]', { values: 3 })).toBe('nothing was refused');
    expect(message('[1,2,3]', { values: 3 })).toMatch(/fewer values/);
    expect(message('[1e400]')).toMatch(/a number that a computer can hold/);
    expect(message('["\\udc00"]')).toMatch(/whole characters/);
    expect(message('{"a":1,"a":1}')).toMatch(/at byte 7: expected the key "a" once/);
  });
});
