import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteTokenizer } from '../../tools/testing/byte-tokenizer.ts';
import type { TokenText } from '../protocol/engine.ts';
import { CHANNEL_MARKS, findThinking } from '../text/thinking-format.ts';
import { AnswerText } from './answer-text.ts';
import { tokenTexts } from './token-texts.ts';

const { tokenizer, controlIds } = byteTokenizer(['<think>', '</think>', ...CHANNEL_MARKS]);
const TAGS = findThinking("{{ '<think>' }}", new Map([...controlIds].slice(0, 2)))!;
const CHANNELS = findThinking('', controlIds)!;

/** Ids of texts and control tokens. */
function ids(...parts: readonly string[]): number[] {
  return parts.flatMap((part) => controlIds.get(part) ?? tokenizer.encode(part));
}

function read(tokens: readonly number[], marks: typeof TAGS | null): TokenText[] {
  return tokenTexts(tokens, new AnswerText(tokenizer, [], marks));
}

/** `part@offset text`. */
const shown = (texts: readonly TokenText[]): string[] =>
  texts.map(({ part, offset, text }) => `${part}@${offset} ${text}`);

describe('tokenTexts', () => {
  it('says where each token begins', () => {
    expect(shown(read(ids('Hi!'), null))).toEqual(['text@0 H', 'text@1 i', 'text@2 !']);
    expect(read([], null)).toEqual([]);
  });

  it('groups the tokens of one code point', () => {
    expect(shown(read(ids('a😀b'), null))).toEqual([
      'text@0 a',
      'text@1 ',
      'text@1 ',
      'text@1 ',
      'text@1 😀',
      'text@3 b',
    ]);
  });

  it('keeps what is no whole code point at the end', () => {
    expect(shown(read(ids('aé').slice(0, 2), null))).toEqual(['text@0 a', 'text@1 \ufffd']);
  });

  it('parts thoughts from the answer, and marks from both', () => {
    expect(shown(read(ids('<think>', '\nH', '</think>', '\nY'), TAGS))).toEqual([
      'null@0 ',
      'null@0 ',
      'thinking@0 H',
      'null@0 ',
      'null@0 ',
      'text@0 Y',
    ]);
  });

  it('gives a token whose text was held back to the one that brought it out', () => {
    expect(shown(read(ids('a<b'), TAGS))).toEqual(['text@0 a', 'text@1 ', 'text@1 <b']);
    expect(shown(read(ids('a<'), TAGS))).toEqual(['text@0 a', 'text@1 <']);
  });

  it('leaves the heads of channels out', () => {
    const texts = read(ids('<|channel|>', 'final', '<|message|>', 'Y'), CHANNELS);
    expect(shown(texts)).toEqual([...Array<string>(7).fill('null@0 '), 'text@0 Y']);
  });

  const stretch = fc.constantFrom('a', 'é', '😀', '<', ' ', '\n', ...controlIds.keys());
  it.each([
    ['no marks', null],
    ['tags', TAGS],
    ['channels', CHANNELS],
  ])('joins to the whole answer, each text at its offset: %s', (_what, marks) => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 20 }), (parts) => {
        const tokens = ids(...parts);
        const answer = new AnswerText(tokenizer, [], marks);
        for (const id of tokens) answer.push(id);
        answer.finish();
        const joined = { text: '', thinking: '' };
        const texts = read(tokens, marks);
        expect(texts).toHaveLength(tokens.length);
        for (const { part, offset, text } of texts) {
          if (part === null) continue;
          expect(offset).toBe(joined[part].length);
          joined[part] += text;
        }
        expect(joined).toEqual({ text: answer.whole, thinking: answer.thinking });
      }),
    );
  });
});
