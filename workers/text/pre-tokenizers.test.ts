import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreTokenizerFamily } from '../format/tokenizer-names.ts';
import { cutText, PRE_TOKENIZERS } from './pre-tokenizers.ts';

const FAMILIES = Object.keys(PRE_TOKENIZERS) as PreTokenizerFamily[];
const TEXT = "We'LL  pay £1234.5 for 3 HTTPServers/day\n\n  中文, ok";

describe('cutText', () => {
  it.each<[PreTokenizerFamily, string[]]>([
    [
      'gpt-2',
      [
        'We',
        "'",
        'LL',
        ' ',
        ' pay',
        ' £',
        '1234',
        '.',
        '5',
        ' for',
        ' 3',
        ' HTTPServers',
        '/',
        'day',
        '\n\n ',
        ' 中文',
        ',',
        ' ok',
      ],
    ],
    [
      'starcoder',
      [
        'We',
        "'",
        'LL',
        ' ',
        ' pay',
        ' £',
        '1',
        '2',
        '3',
        '4',
        '.',
        '5',
        ' for',
        ' ',
        '3',
        ' HTTPServers',
        '/',
        'day',
        '\n\n ',
        ' 中文',
        ',',
        ' ok',
      ],
    ],
    [
      'llama3',
      [
        'We',
        "'LL",
        ' ',
        ' pay',
        ' £',
        '123',
        '4',
        '.',
        '5',
        ' for',
        ' ',
        '3',
        ' HTTPServers',
        '/day',
        '\n\n',
        ' ',
        ' 中文',
        ',',
        ' ok',
      ],
    ],
    [
      'qwen2',
      [
        'We',
        "'LL",
        ' ',
        ' pay',
        ' £',
        '1',
        '2',
        '3',
        '4',
        '.',
        '5',
        ' for',
        ' ',
        '3',
        ' HTTPServers',
        '/day',
        '\n\n',
        ' ',
        ' 中文',
        ',',
        ' ok',
      ],
    ],
    [
      'tekken',
      [
        'We',
        "'LL",
        ' ',
        ' pay',
        ' £',
        '1',
        '2',
        '3',
        '4',
        '.',
        '5',
        ' for',
        ' ',
        '3',
        ' HTTPServers',
        '/day',
        '\n\n',
        ' ',
        ' 中文',
        ',',
        ' ok',
      ],
    ],
    [
      'deepseek-coder',
      [
        'We',
        "'",
        'LL',
        ' ',
        ' pay',
        ' £',
        '1',
        '2',
        '3',
        '4',
        '.',
        '5',
        ' for',
        ' ',
        '3',
        ' HTTPServers',
        '/',
        'day',
        '\n',
        '\n',
        ' ',
        ' ',
        '中文',
        ',',
        ' ok',
      ],
    ],
    [
      'default',
      [
        'We',
        "'",
        'LL',
        ' ',
        ' pay',
        ' £',
        '123',
        '4',
        '.',
        '5',
        ' for',
        ' ',
        '3',
        ' HTTPServers',
        '/',
        'day',
        '\n\n ',
        ' 中文',
        ',',
        ' ok',
      ],
    ],
    [
      'falcon',
      [
        'We',
        "'",
        'LL',
        ' ',
        ' pay',
        ' £',
        '123',
        '4',
        '.',
        '5',
        ' for',
        ' 3',
        ' HTTPServers',
        '/',
        'day',
        '\n\n ',
        ' 中文',
        ',',
        ' ok',
      ],
    ],
  ])('%s', (family, pieces) => {
    expect(cutText(TEXT, PRE_TOKENIZERS[family].patterns)).toEqual(pieces);
  });

  it.each(FAMILIES)('%s loses and adds nothing', (family) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const pieces = cutText(text, PRE_TOKENIZERS[family].patterns);
        expect(pieces.join('')).toBe(text);
        expect(pieces).not.toContain('');
      }),
    );
  });

  it.each(FAMILIES)('%s takes linear time on long runs', (family) => {
    const startMs = performance.now();
    for (const unit of [' ', '\n', ' \n', 'a', 'A', '1', '!', '\t', '中', "'", 'aA', '\u3000', '/', '\u0301'])
      for (const end of ['', 'x', '1', '\n'])
        cutText(unit.repeat(20_000 / unit.length) + end, PRE_TOKENIZERS[family].patterns);
    expect(performance.now() - startMs).toBeLessThan(4_000);
  });
});
