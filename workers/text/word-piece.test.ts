import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bertWords, cleanBertText } from './bert-text.ts';
import { wordPiece } from './word-piece.ts';

const ALL = { cleanText: true, spaceHan: true, stripAccents: true, lowerCase: true };

describe('cleanBertText', () => {
  it.each([
    ['Ünïcode ÀÉ', ALL, 'unicode ae'],
    ['Ünïcode', { ...ALL, stripAccents: false }, 'ünïcode'],
    ['Ünï', { ...ALL, lowerCase: false }, 'Uni'],
    ['a\u0000b\u200bc\ufffdd\u0007e', ALL, 'abcde'],
    ['a\tb\r\nc\u00a0d\u3000e', ALL, 'a b  c d e'],
    ['中文ok', ALL, ' 中  文 ok'],
    ['中文', { ...ALL, spaceHan: false }, '中文'],
    ['ひら한', { ...ALL, stripAccents: false }, 'ひら한'],
    ['ΟΔΟΣ', ALL, 'οδοσ'],
    ['İ', ALL, 'i'],
  ])('%j', (text, cleaning, clean) => {
    expect(cleanBertText(text, cleaning)).toBe(clean);
  });
});

describe('bertWords', () => {
  it('cuts at white space and around each punctuation mark', () => {
    expect(bertWords(' it’s $5.0  (ok)\n«x» ')).toEqual([
      'it',
      '’',
      's',
      '$',
      '5',
      '.',
      '0',
      '(',
      'ok',
      ')',
      '«',
      'x',
      '»',
    ]);
  });
});

describe('wordPiece', () => {
  const ids = new Map(['un', '##aff', '##able', '##a', 'a', '##f', 'u', '##n'].map((token, id) => [token, id]));
  const model = { textIds: ids, startPrefix: '', continuingPrefix: '##', unknownId: 99, longestWord: 10 };

  it('takes the longest token, again and again', () => {
    const encode = wordPiece(model);
    expect(encode('unaffable')).toEqual([0, 1, 2]);
    expect(encode('unaffa')).toEqual([0, 1, 3]);
  });

  it('is unknown as a whole where a part cannot be spelled, and where it is too long', () => {
    const encode = wordPiece(model);
    expect(encode('unx')).toEqual([99]);
    expect(encode('aaaaaaaaaa')).toHaveLength(10);
    expect(encode('aaaaaaaaaaa')).toEqual([99]);
  });

  it('spells what it says, or is unknown', () => {
    const texts = [...ids.keys()].map((token) => token.replace('##', ''));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('u', 'n', 'a', 'f', 'x'), minLength: 1, maxLength: 12 }),
        (word) => {
          const found = wordPiece(model)(word);
          if (found[0] !== 99) expect(found.map((id) => texts[id]).join('')).toBe(word);
          else expect(found).toEqual([99]);
        },
      ),
    );
  });
});
