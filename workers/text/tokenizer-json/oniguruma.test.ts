import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreTokenizerFamily } from '../../format/tokenizer-names.ts';
import { errorCode } from '../../protocol/errors.ts';
import { cutText, PRE_TOKENIZERS } from '../pre-tokenizers.ts';
import { translatePattern } from './oniguruma.ts';

/** What a pattern finds in a text. */
function found(pattern: string, text: string): string[] {
  return [...text.matchAll(translatePattern(pattern))].map(([match]) => match);
}

describe('translatePattern', () => {
  it.each<[pattern: string, text: string, matches: string[]]>([
    ['a|b+', 'abbc', ['a', 'bb']],
    ['\\s+', 'a \u0085\ufeffb\u3000', [' \u0085', '\u3000']],
    ['\\S+', 'a\ufeffb c', ['a\ufeffb', 'c']],
    ['\\d', '1٣½', ['1', '٣']],
    ['\\w+', 'é_1 ‿ ½', ['é_1', '‿']],
    ['\\W', 'a-b', ['-']],
    ['\\h+', 'beef xyz 09', ['beef', '09']],
    ["(?i:'s|'re)", "it'S we'Re", ["'S", "'Re"]],
    ["(?i)it's|OK", "IT'S ok", ["IT'S", 'ok']],
    ['a(?i:b)c', 'aBc aBC', ['aBc']],
    ['(?i:[a-c]+)', 'aBCd', ['aBC']],
    ['(?i:é)', 'É', ['É']],
    ['[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+', ' word', [' word']],
    ['a?+a', 'a', []],
    ['a++b', 'aaab', ['aaab']],
    ['(?>a+)a', 'aaa', []],
    ['a{1,2}+', 'aaaaa', ['aaaaa']],
    ['a{,2}b', 'aaab', ['aab']],
    ['a{2}', 'aaaaa', ['aa', 'aa']],
    ['a{x}', 'a{x}', ['a{x}']],
    ['a+?', 'aa', ['a', 'a']],
    ['\\s+(?!\\S)', 'a   b', ['  ']],
    ['(?<=a)b', 'ab bb', ['b']],
    ['(?<!a)b', 'ab bb', ['b', 'b']],
    ['^a', 'a\nab', ['a', 'a']],
    ['a$', 'a\nba', ['a', 'a']],
    ['\\Aa', 'a\na', ['a']],
    ['a\\z', 'a\na', ['a']],
    ['a\\Z', 'a\na\n', ['a']],
    ['.+', 'ab\nc', ['ab', 'c']],
    ['\\bin', 'in inn', ['in', 'in']],
    ['[a\\]\\-\\\\]+', 'a]-\\', ['a]-\\']],
    ['[a-]+', 'a-', ['a-']],
    ['[!-/]+', '!.a', ['!.']],
    ['[\\p{Lu}&&[^\\p{Han}A-C]]', 'ABCD中', ['D']],
    ['[[:alpha:]]+', 'añ1', ['añ']],
    ['[^[:space:]]+', 'a b', ['a', 'b']],
    ['\\p{Han}+', '中文a', ['中文']],
    ['\\p{^L}+', 'a12b', ['12']],
    ['\\P{L}+', 'a12b', ['12']],
    ['\\x{1F999}|\\x41|\\u0042', '🦙AB', ['🦙', 'A', 'B']],
    ['\\p{N}{1,3}(?=(?:\\p{N}{3})*$)', '12345', ['12', '345']],
    ['(?<name>a)b', 'ab', ['ab']],
    ['[()\\[\\]{}|/~`&-]+', '()[]{}|/~`&-', ['()[]{}|/~`&-']],
    ['#:; "\'@%', '#:; "\'@%', ['#:; "\'@%']],
  ])('%s in %j', (pattern, text, matches) => {
    expect(found(pattern, text)).toEqual(matches);
  });

  const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
  const upper = '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
  const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
  const kimi = (set: string): string => `[${set}&&[^\\p{Han}]]`;
  const kimiUpper = `[^\\r\\n\\p{L}\\p{N}]?${kimi('\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}')}`;
  const kimiLower = kimi('\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}');
  const words = `[^\\r\\n\\p{L}\\p{N}]?\\p{L}+`;
  const marks = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*';

  /** The patterns as the models' own files have them. */
  it.each<[PreTokenizerFamily, string]>([
    ['gpt-2', "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"],
    ['llama3', `${contractions}|${words}|\\p{N}{1,3}|${marks}|${spaces}`],
    ['qwen2', `${contractions}|${words}|\\p{N}|${marks}|${spaces}`],
    [
      'bailingmoe',
      `'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+`,
    ],
    [
      'exaone-moe',
      `${contractions}|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+`,
    ],
    ['seed-coder', `${contractions}|${words}|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${spaces}`],
    [
      'gpt-4o',
      `${upper}*${lower}+${contractions}?|${upper}+${lower}*${contractions}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`,
    ],
    [
      'kimi-k2',
      `[\\p{Han}]+|${kimiUpper}*${kimiLower}+${contractions}?|${kimiUpper}+${kimiLower}*${contractions}?|\\p{N}{1,3}|${marks}|${spaces}`,
    ],
    ['bloom', ' ?[^(\\s|[.,!?…。，、।۔،])]+'],
  ])('cuts as the rule of %s does', (family, pattern) => {
    const translated = translatePattern(pattern);
    const parts = fc.constantFrom(
      "'s",
      "'LL",
      'Word',
      'wORd',
      ' ',
      '  ',
      '\n',
      '\r\n',
      '12345',
      '½',
      '中文',
      'né',
      'e\u0301',
      '/',
      '?!',
      '…',
      '(',
      '🦙',
      '\u0085',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 }), (all) => {
        const text = all.join('');
        expect(cutText(text, [translated])).toEqual(cutText(text, PRE_TOKENIZERS[family].patterns));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['(a', /a group without an end/],
    ['a)', /a closing parenthesis too many/],
    ['[a', /it ends too early/],
    ['[]', /an empty class/],
    ['*a', /a repetition of nothing/],
    ['(?#note)', /a kind of group/],
    ['(?m:a)', /a kind of group/],
    ['\\k<a>', /the escape \\k/],
    ['(a)\\1', /the escape \\1/],
    ['\\X', /the escape \\X/],
    ['\\p{Klingon}', /the property "Klingon"/],
    ['\\pL', /a property without a name/],
    ['[[:klingon:]]', /the class "klingon"/],
    ['[z-a]', /a range/],
    ['[a-\\d]', /a range/],
    ['(?i:[à-é])', /a range without its case/],
    ['(?i:\\p{Lu})', /a property without its case/],
    ['\\x{110000}', /a code point/],
    ['\\ud800', /a code point/],
    ['a{3,1}', /not understood here/],
    ['('.repeat(60), /groups in groups/],
    ['['.repeat(60), /classes in classes/],
    ['a'.repeat(20_000), /too long/],
  ])('refuses %s', (pattern, message) => {
    let error: unknown;
    try {
      translatePattern(pattern);
    } catch (cause) {
      error = cause;
    }
    expect(errorCode(error)).toBe('TokenizerUnsupported');
    expect((error as Error).message).toMatch(message);
  });
});
