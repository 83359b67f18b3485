import { describe, expect, it } from 'vitest';
import { writeCharsmap } from '../../tools/testing/write-charsmap.ts';
import { errorCode } from '../protocol/errors.ts';
import { Charsmap } from './charsmap.ts';

describe('Charsmap', () => {
  const charsmap = new Charsmap(
    writeCharsmap({ ﬁ: 'fi', 'e\u0301': 'é', e: 'E', '\t': ' ', '\u200b': '', '㌀': 'アパート' }),
  );

  it.each([
    ['ﬁn', 'fin'],
    ['e\u0301', 'é'],
    ['ee\u0300', 'EE\u0300'],
    ['a\tb', 'a b'],
    ['a\u200bb', 'ab'],
    ['㌀𝄞x', 'アパート𝄞x'],
    ['a\u0000e', 'a\u0000E'],
    ['', ''],
  ])('%j becomes %j: the longest sequence counts', (text, normalized) => {
    expect(charsmap.normalize(text)).toBe(normalized);
  });

  const bytes = writeCharsmap({ a: 'b' });
  const patched = (patch: (view: DataView) => void): Uint8Array => {
    const copy = bytes.slice();
    patch(new DataView(copy.buffer));
    return copy;
  };
  it.each<[string, Uint8Array, RegExp]>([
    ['no length', bytes.subarray(0, 3), /at least 4 bytes, got 3/],
    ['no units', patched((view) => view.setUint32(0, 0, true)), /whole number of 4-byte units, got 0/],
    ['half a unit', patched((view) => view.setUint32(0, 6, true)), /4-byte units, got 6/],
    [
      'more units than bytes',
      patched((view) => view.setUint32(0, 0x7fff_fffc, true)),
      /bytes of units, got 2147483644/,
    ],
    ['no end of a replacement', bytes.subarray(0, -1), /zero byte at the end/],
    ['a child outside', patched((view) => view.setUint32(4, 0x1f_ffff << 10, true)), /a place below \d+, got \d+/],
    [
      'a replacement outside',
      patched((view) => view.setUint32(4 + 512 * 4, 0x8000_0063, true)),
      /replacement below 2, got 99/,
    ],
  ])('refuses %s', (_what, damaged, message) => {
    let error: unknown;
    try {
      new Charsmap(damaged).normalize('a');
    } catch (cause) {
      error = cause;
    }
    expect(errorCode(error)).toBe('FileMalformed');
    expect((error as Error).message).toMatch(message);
  });
});
