import { describe, expect, it } from 'vitest';
import { LIMITS } from './attachment.ts';
import { pasted } from './pasted.ts';

describe('pasted', () => {
  it('leaves a short paste, and every paste where it is switched off', () => {
    expect(pasted('x'.repeat(2500))).toBe(null);
    expect(pasted('x'.repeat(9), 8)).not.toBe(null);
    expect(pasted('x'.repeat(9), 9)).toBe(null);
    expect(pasted('x'.repeat(9999), 0)).toBe(null);
    expect(pasted(' \n'.repeat(9999))).toBe(null);
  });

  it('names a long one by its first line', () => {
    const text = `\r\n  Chapter 1\u202E: loomings\r\n${'Call me Ishmael. '.repeat(200)}`;
    expect(pasted(text)).toEqual({
      name: 'Pasted text: Chapter 1: loomings',
      kind: 'text',
      text: text.replaceAll('\r\n', '\n'),
      bytes: new TextEncoder().encode(text).length,
      warnings: [],
    });
    expect(pasted('word '.repeat(600))!.name).toBe('Pasted text: word word word word …word word word word');
  });

  it('cuts what no model could read', () => {
    const cut = pasted('ä'.repeat(LIMITS.characters + 1))!;
    expect(cut.text).toHaveLength(LIMITS.characters);
    expect(cut.warnings).toEqual(['Only the first 2,000,000 of 2,000,001 characters are used.']);
  });
});
