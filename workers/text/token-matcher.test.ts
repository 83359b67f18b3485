import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenMatcher } from './token-matcher.ts';

it('takes the leftmost token, and the longest there', () => {
  const matcher = new TokenMatcher([
    ['<a>', 1],
    ['<a>b', 2],
    ['>b', 3],
    ['', 4],
  ]);
  expect(matcher.split('x<a>b<a>c>b<a')).toEqual(['x', 2, 1, 'c', 3, '<a']);
  expect(matcher.split('')).toEqual([]);
  expect(new TokenMatcher([]).split('plain')).toEqual(['plain']);
});

it('splits as a regular expression of the same tokens does', () => {
  const token = fc.string({ unit: fc.constantFrom('<', 'a', '|', '>'), minLength: 1, maxLength: 4 });
  const text = fc.string({ unit: fc.constantFrom('<', 'a', '|', '>', 'x'), maxLength: 40 });
  fc.assert(
    fc.property(fc.uniqueArray(token, { minLength: 1, maxLength: 8 }), text, (tokens, whole) => {
      const longestFirst = tokens.toSorted((a, b) => b.length - a.length).map((each) => each.replaceAll('|', '\\|'));
      const pattern = new RegExp(`(${longestFirst.join('|')})`);
      const expected = whole.split(pattern).map((part, index) => (index % 2 === 1 ? tokens.indexOf(part) : part));
      const matcher = new TokenMatcher(tokens.map((each, id) => [each, id] as const));
      expect(matcher.split(whole)).toEqual(expected.filter((part) => part !== ''));
    }),
    { numRuns: 500 },
  );
});
