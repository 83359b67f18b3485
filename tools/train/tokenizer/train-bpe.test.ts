/** Learning a vocabulary: merges worked out by hand, and ids that the engine's own tokenizer reads the same way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTROL_TOKENS } from '../chat-template.ts';
import { tokenizerOf } from '../train.ts';
import { countPieces, type LearntVocabulary, trainBpe } from './train-bpe.ts';

/** In the byte alphabet a space is Ġ, a newline Ċ, and é its two bytes Ã and ©. */
const TEXTS = ['low low low lower', 'newest newest', 'low: 12\n', 'né'];

describe('the pieces of texts', () => {
  it('are counted as the engine cuts them: digits alone, words with the space before them', () => {
    expect([...countPieces(TEXTS)].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['1', 1],
      ['2', 1],
      [':', 1],
      ['low', 2],
      ['newest', 1],
      ['nÃ©', 1],
      ['Ċ', 1],
      ['Ġ', 1],
      ['Ġlow', 2],
      ['Ġlower', 1],
      ['Ġnewest', 1],
    ]);
  });
});

describe('a learnt vocabulary', () => {
  it('begins with the 256 bytes in order', () => {
    const { tokens, merges } = trainBpe(new Map(), 300);
    expect(tokens).toHaveLength(256);
    expect(new Set(tokens).size).toBe(256);
    expect([tokens[0x41], tokens[0x20], tokens[0x0a], tokens[0xc3]]).toEqual(['A', 'Ġ', 'Ċ', 'Ã']);
    expect(merges).toEqual([]);
  });

  // low 5, lower 2, newest 6, widest 3: the example of the paper, without its end-of-word sign.
  //   es 9, st 9: "es" is of older tokens   → es
  //   es+t 9                                 → est
  //   lo 7, ow 7: "lo"                       → lo
  //   lo+w 7                                 → low
  //   ne 6, ew 6, w+est 6: "ew"              → ew; then n+ew 6 and ew+est 6: "n" is older → new
  //   new+est 6                              → newest
  //   wi 3, id 3, d+est 3: "d est" is oldest → dest; then i+dest before w+i       → idest
  it('merges what is most frequent, and of equals what is older', () => {
    const counts = new Map([
      ['low', 5],
      ['lower', 2],
      ['newest', 6],
      ['widest', 3],
    ]);
    const { tokens, merges } = trainBpe(counts, 266);
    expect(merges).toEqual(['e s', 'es t', 'l o', 'lo w', 'e w', 'n ew', 'new est', 'd est', 'i dest', 'w idest']);
    expect(tokens.slice(256)).toEqual(['es', 'est', 'lo', 'low', 'ew', 'new', 'newest', 'dest', 'idest', 'widest']);
    expect(trainBpe(counts, 258).merges).toEqual(['e s', 'es t']);
  });

  it('ends where no pair stands there twice', () => {
    expect(trainBpe(new Map([['ab', 1]]), 300).merges).toEqual([]);
    expect(trainBpe(new Map([['abc', 2]]), 300).merges).toEqual(['a b', 'ab c']);
  });

  it('merges a run of one letter from its left', () => {
    // aaaaa: four pairs; then aa aa a, where (a, a) is gone, (aa, a) and (aa, aa) stand there once each.
    expect(trainBpe(new Map([['aaaaa', 1]]), 300).merges).toEqual(['a a']);
  });

  it('depends on the counts alone, not on their order', () => {
    const counts = [...countPieces(TEXTS)];
    expect(trainBpe(new Map(counts.toReversed()), 280)).toEqual(trainBpe(new Map(counts), 280));
  });
});

describe("the engine's tokenizer over a learnt vocabulary", () => {
  const vocabulary: LearntVocabulary = trainBpe(countPieces([...TEXTS, ...TEXTS]), 280);

  it('makes the tokens that were learnt', async () => {
    const tokenizer = await tokenizerOf(vocabulary);
    const spelt = (text: string): (string | undefined)[] => tokenizer.encode(text).map((id) => vocabulary.tokens[id]);
    expect(tokenizer.vocabularySize).toBe(vocabulary.tokens.length + CONTROL_TOKENS.length);
    expect(spelt('low newest né')).toEqual(['low', 'Ġnewest', 'Ġ', 'nÃ©']);
    expect([...tokenizer.endIds]).toContain(vocabulary.tokens.length + 2);
    expect(tokenizer.addBos).toBe(false);
  });

  it('gives any text back, byte for byte', async () => {
    const tokenizer = await tokenizerOf(vocabulary);
    const read = (text: string): string =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(
        Uint8Array.from(tokenizer.encode(text).flatMap((id) => [...tokenizer.tokenBytes(id)])),
      );
    const learntText = fc.string({
      unit: fc.constantFrom('low', ' ', 'newest', 'é', '\n', '<|im_end|>', '7'),
      maxLength: 10,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), learntText), (text) => {
        expect(read(text)).toBe(text);
      }),
    );
  });
});
