import { expect, it } from 'vitest';
import { pageText, type TextPiece } from './page-text.ts';

const piece = (str: string, y: number, { hasEOL = true, height = 10 } = {}): TextPiece => {
  return { str, transform: [height, 0, 0, height, 72, y], height, hasEOL };
};

it('joins pieces of a line and drops what is no character', () => {
  expect(pageText([piece('Hel', 700, { hasEOL: false }), piece('lo\u0007\uD800 ', 700), piece('  ', 690)])).toBe(
    'Hello\uFFFD',
  );
  expect(pageText([])).toBe('');
});

it('begins a paragraph at a wider gap, at another height of letters and in another column', () => {
  const lines = [piece('a', 700), piece('b', 688), piece('c', 676), piece('d', 656), piece('e', 644), piece('f', 700)];
  expect(pageText(lines)).toBe('a\nb\nc\n\nd\ne\n\nf');
  expect(pageText([piece('Title', 700, { height: 14 }), piece('text', 688), piece('text', 676)])).toBe(
    'Title\n\ntext\ntext',
  );
});

it('keeps double-spaced lines together', () => {
  expect(pageText([piece('a', 700), piece('b', 676), piece('c', 652), piece('d', 628)])).toBe('a\nb\nc\nd');
});
