import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergePairs } from './merge-pairs.ts';

/** The definition: the best pair, leftmost among equals, until there is none. */
function mergeSlowly(text: string, ranks: ReadonlyMap<string, number>): string[] {
  const symbols = [...text];
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let index = 0; index + 1 < symbols.length; index++) {
      const rank = ranks.get(symbols[index]! + symbols[index + 1]!) ?? Infinity;
      if (rank < best) [best, at] = [rank, index];
    }
    if (at < 0) return symbols;
    symbols.splice(at, 2, symbols[at]! + symbols[at + 1]!);
  }
}

function mergeQuickly(text: string, ranks: ReadonlyMap<string, number>): string[] {
  const next = mergePairs(
    text.length,
    (left, _right, end) => ranks.get(text.slice(left, end)) ?? -1,
    () => undefined,
  );
  const symbols: string[] = [];
  for (let at = 0; at < text.length; at = next[at]!) symbols.push(text.slice(at, next[at]));
  return symbols;
}

it('merges as the definition does, also where ranks are equal', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(
      letters,
      fc.dictionary(words, fc.nat(6), { maxKeys: 30, noNullPrototype: true }),
      (text, dictionary) => {
        const ranks = new Map(Object.entries(dictionary));
        expect(mergeQuickly(text, ranks)).toEqual(mergeSlowly(text, ranks));
      },
    ),
    { numRuns: 2_000 },
  );
});

it('has nothing to merge in no symbols or one', () => {
  expect(mergeQuickly('', new Map())).toEqual([]);
  expect(mergeQuickly('a', new Map([['a', 0]]))).toEqual(['a']);
});
