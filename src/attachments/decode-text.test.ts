import { describe, expect, it } from 'vitest';
import { errorCode } from '../../workers/protocol/errors.ts';
import { decodeText } from './decode-text.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string, littleEndian: boolean) => {
  const view = new DataView(new ArrayBuffer(2 + text.length * 2));
  view.setUint16(0, 0xfeff, littleEndian);
  for (let at = 0; at < text.length; at++) view.setUint16(2 + at * 2, text.charCodeAt(at), littleEndian);
  return new Uint8Array(view.buffer);
};

describe('decodeText', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode('Grüße, 世界 🌍')],
    ['UTF-8 with a mark', new TextEncoder().encode('\uFEFFGrüße, 世界 🌍')],
    ['UTF-16LE', utf16('Grüße, 世界 🌍', true)],
    ['UTF-16BE', utf16('Grüße, 世界 🌍', false)],
  ])('reads %s', (_, encoded) => {
    expect(decodeText(encoded)).toEqual({ text: 'Grüße, 世界 🌍', warnings: [] });
  });

  it('ends every line with a line feed', () => {
    expect(decodeText(latin1('a\r\nb\rc\n')).text).toBe('a\nb\nc\n');
  });

  it('falls back to Latin-1 and says so', () => {
    const { text, warnings } = decodeText(latin1('caf\xE9'));
    expect(text).toBe('café');
    expect(warnings).toEqual([expect.stringContaining('read as Latin-1')]);
  });

  it('takes the encoding that a page names before that', () => {
    expect(decodeText(bytes(0xcf, 0xf0, 0xe8), 'windows-1251')).toEqual({ text: 'При', warnings: [] });
    expect(decodeText(bytes(0xe9), 'no-such-encoding').text).toBe('é');
    expect(decodeText(bytes(0x41, 0xff), 'shift_jis').warnings).toEqual([expect.stringContaining('shift_jis')]);
  });

  it('keeps UTF-8 that is cut inside its last character', () => {
    const whole = new TextEncoder().encode('Größe 世');
    expect(decodeText(whole.subarray(0, -1))).toEqual({
      text: 'Größe ',
      warnings: [expect.stringContaining('cut off')],
    });
  });

  it('says what UTF-16 does not hold', () => {
    expect(decodeText(bytes(0xff, 0xfe, 0x41, 0, 0x00, 0xd8, 0x42, 0)).text).toBe('A\uFFFDB');
    expect(decodeText(bytes(0xff, 0xfe, 0x41, 0, 0x42)).warnings).toHaveLength(1);
  });

  it('takes a terminal’s log with its escapes', () => {
    expect(decodeText(latin1('\x1b[31mred\x1b[0m\n')).warnings).toEqual([]);
  });

  it.each([
    ['UTF-32LE', bytes(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0), 'UTF-32'],
    ['UTF-32BE', bytes(0, 0, 0xfe, 0xff, 0, 0, 0, 0x41), 'UTF-32'],
    ['a zero', latin1('text\0text'), 'zero at byte 4'],
    ['UTF-16 without a mark', latin1('t\0e\0x\0t\0'), 'zero at byte 1'],
    ['zeros in UTF-16', bytes(0xff, 0xfe, 0x41, 0, 0, 0), 'begins as UTF-16'],
    ['control characters', latin1('\x01\x02\x03\x04 text'), '4 of its 9 bytes'],
  ])('refuses %s', (_, encoded, why) => {
    let error: unknown;
    try {
      decodeText(encoded);
    } catch (thrown) {
      error = thrown;
    }
    expect(errorCode(error)).toBe('FileUnsupported');
    expect((error as Error).message).toContain(why);
  });
});
