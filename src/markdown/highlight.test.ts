import { expect, it } from 'vitest';
import { highlight, type Token } from './highlight.ts';

const textOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => (typeof token === 'string' ? token : textOf(token.tokens))).join('');

it('colours known languages by any of their names, and leaves the text as it is', () => {
  const code = 'const a = `<b>${1}</b>`; // "c"\n';
  const tokens = highlight(code, 'ts')!;
  expect(textOf(tokens)).toBe(code);
  expect(tokens[0]).toEqual({ kind: 'keyword', tokens: ['const'] });
  expect(highlight(code, 'typescript')).toEqual(tokens);
});

it('knows no other', () => {
  expect(highlight('a', 'no such language')).toBe(null);
  expect(highlight('a', 'constructor')).toBe(null);
});
