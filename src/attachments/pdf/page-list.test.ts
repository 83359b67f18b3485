import { expect, it } from 'vitest';
import { listPages } from './page-list.ts';

it.each([
  [[3], 'page 3'],
  [[2, 3], 'pages 2–3'],
  [[1, 3], 'pages 1 and 3'],
  [[1, 2, 3, 7, 9, 10], 'pages 1–3, 7 and 9–10'],
  [Array.from({ length: 20 }, (_, index) => index * 2), 'pages 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22 and more'],
])('writes %j', (numbers, text) => {
  expect(listPages(numbers)).toBe(text);
});
