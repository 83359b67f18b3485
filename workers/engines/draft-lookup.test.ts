/** Which part of a text its continuation is guessed from. */
import { expect, test } from 'vitest';
import { lookUpDraft } from './draft-lookup.ts';

test('goes on as after the longest match, wherever it is', () => {
  // 7 8 9 stood once, 8 9 later, 9 latest.
  expect(lookUpDraft([7, 8, 9, 1, 2, 8, 9, 3, 9, 4, 7, 8, 9], 2)).toEqual({ ids: [1, 2], matched: 3 });
  expect(lookUpDraft([6, 8, 9, 1, 2, 9, 4, 7, 8, 9], 2)).toEqual({ ids: [1, 2], matched: 2 });
});

test('of equal matches takes the latest', () => {
  expect(lookUpDraft([5, 1, 5, 2, 5], 1)).toEqual({ ids: [2], matched: 1 });
});

test('past the end goes on with itself', () => {
  expect(lookUpDraft([1, 2, 3, 1, 2, 3], 7)).toEqual({ ids: [1, 2, 3, 1, 2, 3, 1], matched: 3 });
  expect(lookUpDraft([4, 4], 3)).toEqual({ ids: [4, 4, 4], matched: 1 });
});

test('a match may begin with the text, and is not looked for before it', () => {
  expect(lookUpDraft([1, 2, 9, 1, 2], 1)).toEqual({ ids: [9], matched: 2 });
});

test.each([[[]], [[1]], [[1, 2, 3]]])('has no guess for %j', (ids) => {
  expect(lookUpDraft(ids, 7)).toBeNull();
});
