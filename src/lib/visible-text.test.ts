import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleLine, visibleText } from './visible-text.ts';

describe('visibleText', () => {
  it.each([
    ['annexe\u202Etxt.exe', 'annexetxt.exe'],
    ['\u2066a\u2069\u200Fb\u061C', 'ab'],
    ['nul\0bell\u0007\u0085', 'nulbell'],
    ['\u001B[31mred', '[31mred'],
    ['zero\u200Bwidth\uFEFF', 'zerowidth'],
    ['tag\u{E0041}', 'tag'],
    ['half\uD83D', 'half'],
    // What scripts and pictures need.
    ['می\u200Cخواهم', 'می\u200Cخواهم'],
    ['👨\u200D👩\u200D👧', '👨\u200D👩\u200D👧'],
    ['a\tb\r\nc', 'a\tb\r\nc'],
  ])('%j becomes %j', (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});

describe('visibleLine', () => {
  it.each([
    [' two \n lines\u2028more\u2029\v\f ', 'two lines more'],
    ['\u202E\u200B ', ''],
  ])('%j becomes %j', (text, line) => {
    expect(visibleLine(text)).toBe(line);
  });

  it('is one well-formed line, and the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const line = visibleLine(text);
        expect(line).not.toMatch(/[\p{Cc}\u2028-\u202E\u2066-\u2069]|\p{Cs}|^\s|\s$/u);
        expect(visibleLine(line)).toBe(line);
      }),
    );
  });
});
