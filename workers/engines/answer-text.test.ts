import { describe, expect, it } from 'vitest';
import { findThinking } from '../text/thinking-format.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { AnswerText } from './answer-text.ts';

/** A token for each of these; control tokens have no bytes, as in every vocabulary. */
const TOKENS = [
  'Hm',
  '.',
  '</think>',
  '\n\n',
  'He',
  'llo',
  'STOP',
  '<|im_end|>',
  '<think>',
  '<',
  'think',
  '>',
  '[THINK]',
  '[/THINK]',
];
const CONTROLS = ['<|im_end|>', '[THINK]', '[/THINK]'];
const tokenizer: Tokenizer = {
  vocabularySize: TOKENS.length,
  addBos: false,
  bosId: null,
  endIds: new Set(),
  encode: () => [],
  tokenBytes: (id) => new TextEncoder().encode(CONTROLS.includes(TOKENS[id]!) ? '' : TOKENS[id]),
  spelling: (id) => TOKENS[id] ?? '',
};
const ids = (...tokens: readonly string[]): number[] => tokens.map((token) => TOKENS.indexOf(token));
const special = new Map(CONTROLS.map((token) => [token, TOKENS.indexOf(token)]));
const THINK = findThinking("{{ '<think>' }}", new Map())!;

function read(text: AnswerText, tokens: readonly string[]): string[] {
  const pieces = [...ids(...tokens).flatMap((id) => text.push(id)), ...text.finish()];
  return pieces.map(({ kind, text: said }) => `${kind}: ${said}`);
}

describe('AnswerText', () => {
  it('parts thoughts from the answer', () => {
    const text = new AnswerText(tokenizer, [], THINK);
    expect(read(text, ['<think>', 'Hm', '.', '</think>', '\n\n', 'He', 'llo'])).toEqual([
      'thinking: Hm',
      'thinking: .',
      'text: He',
      'text: llo',
    ]);
    expect([text.thinking, text.whole, text.isVerbatim]).toEqual(['Hm.', 'Hello', false]);
  });

  it('finds tags that are control tokens, and tags of several tokens', () => {
    const control = new AnswerText(tokenizer, [], findThinking('', special));
    expect(read(control, ['[THINK]', 'Hm', '[/THINK]', 'He'])).toEqual(['thinking: Hm', 'text: He']);
    const cut = new AnswerText(tokenizer, [], THINK);
    expect(read(cut, ['<', 'think', '>', 'Hm'])).toEqual(['thinking: Hm']);
  });

  it.each([[['<think>', '\n\n']], [['<think>']], [['Hm', '<', 'think', '>']]])(
    'begins in a thought where the prompt ends with %j',
    (prompt) => {
      const text = new AnswerText(tokenizer, [], THINK, ids(...prompt));
      expect(read(text, ['Hm', '</think>', 'He'])).toEqual(['thinking: Hm', 'text: He']);
    },
  );

  it('begins in the answer where the prompt has closed the thought', () => {
    const text = new AnswerText(tokenizer, [], THINK, ids('<think>', '\n\n', '</think>', '\n\n'));
    expect(read(text, ['He', 'llo'])).toEqual(['text: He', 'text: llo']);
    expect(text.isVerbatim).toBe(true);
  });

  it('leaves tags alone in what a model without thoughts writes', () => {
    expect(findThinking('{{ messages[0].content }}', new Map([['<think>', 8]]))).toBe(null);
    const text = new AnswerText(tokenizer, []);
    expect(read(text, ['<think>', 'Hm', '</think>'])).toEqual(['text: <think>', 'text: Hm', 'text: </think>']);
    expect(text.isVerbatim).toBe(true);
  });

  it('stops at a stop string in the answer, not in a thought', () => {
    const text = new AnswerText(tokenizer, ['STOP'], THINK);
    expect(read(text, ['<think>', 'STOP', 'Hm', '</think>', 'He', 'STOP', 'llo'])).toEqual([
      'thinking: STOP',
      'thinking: Hm',
      'text: He',
    ]);
    expect([text.stopped, text.whole, text.isVerbatim]).toEqual([true, 'He', false]);
  });

  it('gives a thought back that is never closed', () => {
    const text = new AnswerText(tokenizer, [], THINK);
    expect(read(text, ['<think>', 'Hm', '<'])).toEqual(['thinking: Hm', 'thinking: <']);
    expect(text.whole).toBe('');
  });

  describe('that begins with something', () => {
    const begun = (prefix: readonly string[], leftOut = '', stops: readonly string[] = []): AnswerText => {
      const text = new AnswerText(tokenizer, stops, THINK);
      text.begin(ids(...prefix), leftOut);
      return text;
    };

    it('says what is new, and is the whole', () => {
      const text = begun(['<think>', 'Hm', '</think>', 'He']);
      expect([text.thinking, text.whole]).toEqual(['Hm', 'He']);
      expect(read(text, ['llo'])).toEqual(['text: llo']);
      expect([text.thinking, text.whole]).toEqual(['Hm', 'Hello']);
    });

    it('goes on with a thought', () => {
      const text = begun(['<think>', 'Hm']);
      expect(read(text, ['.', '</think>', 'He'])).toEqual(['thinking: .', 'text: He']);
      expect(text.thinking).toBe('Hm.');
    });

    it('does not say again what was held back at its end', () => {
      const text = begun(['He', '<']);
      expect(read(text, ['llo'])).toEqual(['text: llo']);
      expect(text.whole).toBe('He<llo');
      const alone = begun(['He', '<']);
      expect([read(alone, []), alone.whole]).toEqual([[], 'He<']);
    });

    it('does not say line ends again that were left out, or held back for a thought', () => {
      expect(read(begun(['He'], '\n'), ['\n\n', 'llo'])).toEqual(['text: \n', 'text: llo']);
      expect(read(begun(['He'], '\n'), ['llo'])).toEqual(['text: llo']);
      expect(read(begun(['\n\n']), ['He'])).toEqual(['text: He']);
    });

    it('ends at a stop string that begins in it, not at one in it', () => {
      const text = begun(['STOP', 'He'], '', ['STOP', 'ello']);
      expect(text.stopped).toBe(false);
      expect(read(text, ['llo'])).toEqual([]);
      expect([text.stopped, text.whole]).toEqual([true, 'STOPH']);
    });
  });

  it('counts the tokens of thoughts, with the marks before them', () => {
    const text = new AnswerText(tokenizer, [], THINK);
    read(text, ['<think>', 'Hm', '.', '</think>', '\n\n', 'He', 'llo']);
    expect(text.thinkingTokens).toBe(3);
    const none = new AnswerText(tokenizer, [], THINK);
    read(none, ['He', 'llo']);
    expect(none.thinkingTokens).toBe(0);
    const never = new AnswerText(tokenizer, [], THINK);
    read(never, ['<think>', 'Hm', '<']);
    expect(never.thinkingTokens).toBe(3);
  });
});
