import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCode } from './code-blocks.ts';

describe('splitCode', () => {
  it('leaves prose as one part, line breaks kept', () => {
    expect(splitCode('One.\n\nTwo.')).toEqual([{ kind: 'text', text: 'One.\n\nTwo.' }]);
  });
  it('takes a fenced block out of prose', () => {
    expect(splitCode('Try:\n\n```js\nlet a = `1`;\n\n```\nDone.')).toEqual([
      { kind: 'text', text: 'Try:' },
      { kind: 'code', text: 'let a = `1`;\n', language: 'js' },
      { kind: 'text', text: 'Done.' },
    ]);
  });
  it('shows an open fence as code while it streams', () => {
    expect(splitCode('```py\nprint(1)')).toEqual([{ kind: 'code', text: 'print(1)', language: 'py' }]);
    expect(splitCode('```')).toEqual([{ kind: 'code', text: '', language: '' }]);
  });
  it('closes only with as many of the same marks', () => {
    expect(splitCode('````\n```\n~~~~\n````')).toEqual([{ kind: 'code', text: '```\n~~~~', language: '' }]);
  });
  it('takes inline backticks for text', () => {
    expect(splitCode('use ```x``` here\n```a`b')).toEqual([{ kind: 'text', text: 'use ```x``` here\n```a`b' }]);
  });
  it('gives nothing for nothing', () => {
    expect(splitCode('')).toEqual([]);
  });
  it('loses no line but the fences, whatever the text', () => {
    const piece = fc.constantFrom('```', '~~~', '````js', '\n', 'word', ' ', '<b>', '`');
    const plainLines = (text: string) =>
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !/^(```|~~~)/.test(line));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const shown = splitCode(text).flatMap((part) => plainLines(part.text));
        expect(shown).toEqual(plainLines(text));
      }),
    );
  });
});
