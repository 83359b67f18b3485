import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInPresets, freeName, plainName } from './preset.ts';
import { readPresets, validPresets, writePresets } from './preset-file.ts';
import { sayRefusal } from './problem-words.ts';
import { BOUNDS, type NumberSetting } from './settings.ts';

/** A file that is whole but for one preset. */
const file = (preset: unknown): string =>
  JSON.stringify({
    format: 'freehold-presets',
    version: 1,
    presets: [{ name: 'Good', settings: { seed: 1 } }, preset],
  });
const preset = (settings: unknown): string => file({ name: 'Bad', settings });
const head = (changes: object): string =>
  JSON.stringify({
    format: 'freehold-presets',
    version: 1,
    presets: [{ name: 'A', settings: { seed: 1 } }],
    ...changes,
  });

const MALFORMED: readonly [what: string, text: string, reason: RegExp][] = [
  ['nothing', '', /not JSON/],
  ['no JSON', 'presets', /not JSON/],
  ['a file that is cut off', head({}).slice(0, -9), /not JSON, or it is cut off/],
  ['something behind the end', `${head({})}x`, /not JSON/],
  ['a comma too many', '{"format":"freehold-presets",}', /not JSON/],
  ['a number that JSON has not', preset(1).replace('"settings":1', '"settings":{"seed":NaN}'), /not JSON/],
  ['null', 'null', /The file is not an object/],
  ['a list', '[]', /The file is not an object/],
  ['a text', '"freehold-presets"', /The file is not an object/],
  ['a number', '7', /The file is not an object/],
  ['an empty object', '{}', /its "format" is not/],
  ['another format', head({ format: 'freehold-chats' }), /no list of presets/],
  ['a format that is no text', head({ format: ['freehold-presets'] }), /no list of presets/],
  ['no version', head({ version: undefined }), /version none/],
  ['a newer version', head({ version: 2 }), /has version 2 .* knows 1/],
  ['a version as text', head({ version: '1' }), /version "1"/],
  ['a field of its own', head({ author: 'me' }), /The file has a field "author"/],
  ['no list', head({ presets: undefined }), /no list "presets"/],
  ['an object for the list', head({ presets: {} }), /no list "presets"/],
  ['an empty list', head({ presets: [] }), /no presets in it/],
  ['too many', head({ presets: Array.from({ length: 501 }, () => ({})) }), /more than 500/],
  ['too much', `"${'x'.repeat(1_000_001)}"`, /too large/],
  ['null for a preset', file(null), /Preset 2 is not an object/],
  ['a text for a preset', file('Brief'), /Preset 2 is not an object/],
  ['a list for a preset', file([]), /Preset 2 is not an object/],
  ['a field that a preset has not', file({ name: 'Bad', settings: { seed: 1 }, id: 'x' }), /Preset 2 has a field "id"/],
  ['a prototype', file(1).replace(/1\]/, '{"name":"Bad","settings":{"seed":1},"__proto__":{}}]'), /field "__proto__"/],
  ['no name', file({ settings: { seed: 1 } }), /Preset 2 has no name/],
  ['a number for a name', file({ name: 3, settings: { seed: 1 } }), /Preset 2 has no name/],
  ['an empty name', file({ name: ' ', settings: { seed: 1 } }), /Preset 2 has no name/],
  ['a long name', file({ name: 'x'.repeat(251), settings: { seed: 1 } }), /more than 250 characters/],
  ['a name that cannot be seen', file({ name: '\u202E\u200B', settings: { seed: 1 } }), /Preset 2 has no name/],
  ['a name with spaces about it', file({ name: ' x', settings: { seed: 1 } }), /one plain line/],
  ['a name of two lines', file({ name: 'a\nb', settings: { seed: 1 } }), /one plain line/],
  ['a name with a control character', file({ name: 'a\u0007b', settings: { seed: 1 } }), /one plain line/],
  ['no settings', file({ name: 'Bad' }), /The list "settings" of “Bad” is missing/],
  ['null for settings', preset(null), /“Bad” is not an object/],
  ['a list for settings', preset([]), /“Bad” is not an object/],
  ['settings with nothing in them', preset({}), /“Bad” sets nothing/],
  ['a setting that is misspelt', preset({ temprature: 1 }), /“Bad” sets "temprature", which this page does not know/],
  ['a setting that every object has', preset({ toString: 1 }), /sets "toString"/],
  ['a prototype for settings', preset(1).replace('"settings":1', '"settings":{"__proto__":{"seed":1}}'), /"__proto__"/],
  ['a number as text', preset({ temperature: '1' }), /sets "temperature" to "1". Expected: A number\./],
  ['a number that is too small', preset({ temperature: -0.1 }), /Expected: A number from 0 to 2/],
  ['a number that is too large', preset({ topP: 1.01 }), /sets "topP" to 1.01/],
  [
    'a number beyond all',
    preset(1).replace('"settings":1', '"settings":{"temperature":1e999}'),
    /A number from 0 to 2/,
  ],
  ['a half', preset({ topK: 2.5 }), /A whole number/],
  ['a seed that is none', preset({ seed: 2 ** 32 }), /sets "seed" to 4294967296/],
  ['true for a number', preset({ maxTokens: true }), /A number/],
  ['null for what has no automatic', preset({ frequencyPenalty: null }), /cannot be null/],
  ['null for a system prompt', preset({ systemPrompt: null }), /cannot be null/],
  ['a number for a system prompt', preset({ systemPrompt: 3 }), /Expected: Text/],
  ['a system prompt without end', preset({ systemPrompt: 'x'.repeat(100_001) }), /at most 100000 characters/],
  ['yes for thinking', preset({ thinking: 'yes' }), /True, false or null/],
  ['one for thinking', preset({ thinking: 1 }), /True, false or null/],
  ['no effort', preset({ thinkingEffort: '' }), /not empty/],
  ['a list of efforts', preset({ thinkingEffort: ['low'] }), /Expected: Text/],
  ['a text for stop strings', preset({ stopStrings: 'END' }), /A list of at most 32 texts/],
  ['an empty stop string', preset({ stopStrings: ['a', ''] }), /not empty/],
  ['a number among stop strings', preset({ stopStrings: [1] }), /Expected: Text/],
  ['too many stop strings', preset({ stopStrings: Array.from({ length: 33 }, () => 'x') }), /at most 32/],
  ['a stop string that is too long', preset({ stopStrings: ['x'.repeat(1001)] }), /at most 1000/],
];

describe('readPresets', () => {
  it.each(MALFORMED)('refuses %s', (_what, text, reason) => {
    const read = readPresets(text);
    expect('refused' in read ? sayRefusal(read.refused) : 'taken').toMatch(reason);
  });

  it('says little of a long value', () => {
    const read = readPresets(preset({ temperature: 'x'.repeat(5000) }));
    expect('refused' in read && sayRefusal(read.refused).length).toBeLessThan(150);
  });

  it('reads what it writes', () => {
    const plain = builtInPresets().map(({ name, settings }) => ({ name, settings }));
    expect(readPresets(writePresets(builtInPresets()))).toEqual({ presets: plain });
    expect(readPresets(`\uFEFF${writePresets(builtInPresets())}`)).toEqual({ presets: plain });
  });

  it('reads any preset that can be set', () => {
    const number = (name: NumberSetting) => {
      const { min, max, integer } = BOUNDS[name];
      return integer ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true }).map((value) => value + 0);
    };
    const numbers = Object.fromEntries((Object.keys(BOUNDS) as NumberSetting[]).map((name) => [name, number(name)]));
    const texts = { systemPrompt: fc.string(), thinkingEffort: fc.constantFrom('low', null), thinking: fc.boolean() };
    const stopStrings = fc.array(fc.string({ minLength: 1 }), { maxLength: 4 });
    const settings = fc
      .record({ ...numbers, ...texts, stopStrings }, { requiredKeys: ['thinking'] })
      // Of records without a prototype JSON makes ones with one.
      .map((record) => ({ ...record }));
    fc.assert(
      fc.property(settings, (made) => {
        const presets = [{ name: 'Any', settings: made }];
        expect(readPresets(writePresets(presets))).toEqual({ presets: JSON.parse(JSON.stringify(presets)) as unknown });
      }),
    );
  });
});

describe('validPresets', () => {
  it('takes what is valid of what is kept', () => {
    const good = { id: 'a', name: 'Good', settings: { seed: 1 } };
    const bad = [null, 3, { ...good, id: '' }, { ...good, id: 3 }, { ...good, settings: { seed: -1 } }, { id: 'b' }];
    expect(validPresets([...bad, good])).toEqual([good]);
    // As from a backup that somebody else has written: one preset for an id, none that poses as a built-in one.
    const twice = { ...good, name: 'Again' };
    const posing = { ...good, id: builtInPresets()[0]!.id };
    expect(validPresets([good, twice, posing])).toEqual([good]);
    expect(validPresets([{ ...good, name: 'a\u202Eb' }])).toEqual([{ ...good, name: 'ab' }]);
    for (const kept of [null, 'x', {}, 3]) expect(validPresets(kept)).toEqual([]);
  });
});

describe('plainName', () => {
  it('is one that can be written and read', () => {
    expect(plainName(' a\tb\u2028\u0007c\u202E ')).toBe('a b c');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (typed) => {
        const name = plainName(typed);
        const presets = [{ name, settings: { seed: 1 } }];
        if (name !== '') expect(readPresets(writePresets(presets))).toEqual({ presets });
      }),
    );
  });
});

describe('freeName', () => {
  it('counts up where a name is taken', () => {
    expect(freeName('Mine', ['Other'])).toBe('Mine');
    expect(freeName('Mine', ['Mine', 'Mine 2'])).toBe('Mine 3');
  });
});
