import { expect, test } from 'vitest';
import { worstGapMs } from './frames.ts';

test('the worst gap is the one between neighbours', () => {
  expect(worstGapMs([0, 16, 33, 133, 150])).toBe(100);
  expect(worstGapMs([5, 5])).toBe(0);
});

test('a page that drew nothing has no gap, and says so', () => {
  expect(() => worstGapMs([3])).toThrow('1 frames were drawn: two are needed');
});
