import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitsOf } from './splits.ts';

test('as few splits as fit, of whole units', () => {
  const shape = { splitUnit: 64, mostSplits: 4 };
  expect(splitsOf(shape, { tokens: 1, kvLength: 1 })).toEqual({ first: 0, length: 64, count: 1 });
  expect(splitsOf(shape, { tokens: 1, kvLength: 256 })).toEqual({ first: 0, length: 64, count: 4 });
  expect(splitsOf(shape, { tokens: 1, kvLength: 257 })).toEqual({ first: 0, length: 128, count: 3 });
  expect(splitsOf({ ...shape, window: 100 }, { tokens: 3, kvLength: 1000 })).toEqual({
    ...{ first: 898, length: 64, count: 2 },
  });
});

test('splits cover what is seen and nothing else, and never outnumber what there is room for', () => {
  const positive = (max: number) => fc.integer({ min: 1, max });
  fc.assert(
    fc.property(
      positive(128),
      positive(200),
      positive(64),
      positive(9000),
      positive(9000),
      (unit, most, tokens, before, window) => {
        const kvLength = tokens + before - 1;
        for (const shape of [
          { splitUnit: unit, mostSplits: most },
          { splitUnit: unit, mostSplits: most, window },
        ]) {
          const { first, length, count } = splitsOf(shape, { tokens, kvLength });
          expect(first).toBe(Math.max(0, kvLength - tokens + 1 - ('window' in shape ? window : Infinity)));
          expect(length % unit).toBe(0);
          expect(count).toBeLessThanOrEqual(most);
          expect(first + count * length).toBeGreaterThanOrEqual(kvLength);
          expect(first + (count - 1) * length).toBeLessThan(kvLength);
        }
      },
    ),
  );
});
