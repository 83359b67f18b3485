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

  it.each<[PreTokenizerFamily, string, string[]]>([
    ['bloom', 'Hi, you (a) ok…3', ['Hi', ',', ' you', ' (', 'a', ')', ' ok', '…', '3']],
    ['viking', 'in 2024, ok', ['in', ' ', '2', '0', '2', '4', ',', ' ok']],
    ['gpt-4o', "don'T 1234", ["don'T", ' ', '123', '4']],
    ['granite-embed', "don'T 1234", ["don'T", ' ', '123', '4']],
    ['tiny-aya', 'a 1234567 12345b', ['a', ' ', '1', '234', '567', ' ', '123', '45', 'b']],
    ['superbpe', 'so it is 1234567, yes', ['so it is ', '1', '234', '567', ', yes']],
    ['afmoe', 'in 12345 日本x', ['in', ' ', '12', '345', ' ', '日本', 'x']],
    ['kimi-k2', "It's 中文ok1234", ["It's", ' ', '中文', 'ok', '123', '4']],
    ['youtu', 'Hi！한국어ㄅ 中x', ['Hi', '！', '한국어', 'ㄅ', ' ', '中', 'x']],
    ['spark2_5', 'a;\n\n1234', ['a', ';', '\n', '\n', '1', '2', '3', '4']],
    ['minicpm5', 'in 12345', ['in', ' ', '123', '45']],
    ['jais-2', `a${' '.repeat(7)}b`, ['a', ' '.repeat(4), '  ', ' b']],
    ['qwen35', 'क्या 12', ['क्या', ' ', '1', '2']],
    ['qwen2', 'क्या', ['क', '्य', 'ा']],
    ['laguna', 'a \n\nb', ['a', ' ', '\n\n', 'b']],
    ['ufakzeka', "Ankara'da", ['Ankara', "'da"]],
    ['seed-coder', 'a;\n1', ['a', ';', '\n', '1']],
    ['bailingmoe', "it's;\n\n  x", ['it', "'s", ';\n\n', ' ', ' x']],
    ['exaone-moe', 'two words /\n 7', ['two words', ' /\n', ' ', '7']],
    [
      'chameleon',
      '<sentinel:12>IMGIMGABZ\t 7!',
      ['<', 'sentinel', ':', '1', '2', '>', 'IMGIMGABZ', '\t', ' ', '7', '!'],
    ],
    ['gemma4', 'a b\n\nc', ['a b', '\n\n', 'c']],
    ['sarvam-moe', 'a b\n\nc', ['a b', '\n\n', 'c']],
  ])('%s cuts %j', (family, text, pieces) => {
    expect(cutText(text, PRE_TOKENIZERS[family].patterns)).toEqual(pieces);
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
