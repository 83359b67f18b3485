import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName, shortenName } from './file-name.ts';

describe('cleanName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['  two   words\t.txt ', 'two words .txt'],
    ['line\nbreak.txt', 'line break.txt'],
    ['photo\u202Egnp.exe', 'photognp.exe'],
    ['half\uD83D.txt', 'half.txt'],
    ['e\u0301.txt', 'é.txt'],
    ['报告.docx', '报告.docx'],
    ['می\u200Cخواهم.txt', 'می\u200Cخواهم.txt'],
    ['', 'Unnamed file'],
    ['\u202E\u0000 ', 'Unnamed file'],
  ])('%j becomes %j', (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });

  it('gives one well-formed line of bounded length, and the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const clean = cleanName(name);
        expect(clean).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]|\p{Cs}/u);
        expect(clean).not.toBe('');
        expect(cleanName(clean)).toBe(clean);
      }),
    );
  });
});

describe('shortenName', () => {
  it('cuts the middle and keeps the ending', () => {
    expect(shortenName('short.txt', 20)).toBe('short.txt');
    expect(shortenName('a-very-long-name-of-a-report-2026.pdf', 15)).toBe('a-very-…026.pdf');
  });

  it('counts characters as a person does', () => {
    const family = '👨‍👩‍👧';
    expect(shortenName(family.repeat(9), 5)).toBe(`${family.repeat(2)}…${family.repeat(2)}`);
  });
});
