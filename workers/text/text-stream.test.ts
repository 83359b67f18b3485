import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextStream } from './text-stream.ts';

function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

it('gives the same text however its bytes are cut, and only whole code points on the way', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(500)), (text, cuts) => {
      const stream = new TextStream();
      const shown = pieces(new TextEncoder().encode(text), cuts).map((piece) => stream.push(piece));
      for (const part of shown) expect(part.isWellFormed()).toBe(true);
      if (!text.includes('\ufffd')) expect(shown.join('')).not.toContain('\ufffd');
      expect(shown.join('') + stream.flush()).toBe(text);
    }),
  );
});

it('cuts do not matter for bytes that are no text either', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(40)), (bytes, cuts) => {
      const stream = new TextStream();
      const shown = pieces(bytes, cuts).map((piece) => stream.push(piece));
      expect(shown.join('') + stream.flush()).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    }),
  );
});

it('keeps a byte order mark, waits for the rest of a code point, and ends with a mark for what never came', () => {
  const stream = new TextStream();
  expect(stream.push(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe('\ufeff');
  expect(stream.push(Uint8Array.of(0xf0, 0x9f, 0xa6))).toBe('');
  expect(stream.push(Uint8Array.of(0x99))).toBe('🦙');
  expect(stream.push(Uint8Array.of(0xc3))).toBe('');
  expect(stream.flush()).toBe('\ufffd');
  expect(stream.push(Uint8Array.of(0x61))).toBe('a');
});
