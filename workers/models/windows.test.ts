import { expect, test } from 'vitest';
import { isLocal } from './windows.ts';

const pattern = (layers: number, period: number): string =>
  Array.from({ length: layers }, (_, index) => (isLocal({ index }, period) ? 'l' : 'G')).join('');

test('all but the last of each run of layers are local', () => {
  expect(pattern(5, 2)).toBe('lGlGl');
  expect(pattern(13, 6)).toBe('lllllGlllllGl');
  expect(pattern(3, 1)).toBe('GGG');
});
